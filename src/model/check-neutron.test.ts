import { expect, it } from 'vitest'
import { checkNeutronGlobals } from './check-neutron.js'
import type { Globals } from './globals.js'
import { cloudOf, small } from './testing/read.js'

const usual = cloudOf(small).globals

function messages(changes: Partial<Globals>): string[] {
  return checkNeutronGlobals({ ...usual, ...changes }).map(({ message }) => message)
}

it('finds nothing wrong with defaults, nor with what is off', () => {
  expect(messages({})).toEqual([])
  expect(messages({ enable_neutron: false, enable_neutron_dvr: true })).toEqual([])
})

it.each<[Partial<Globals>, string]>([
  [{ neutron_external_interface: 'eth2,eth3' }, 'br-ex are 1, eth2, eth3 are 2'],
  [{ neutron_physical_networks: 'a,b' }, 'must name one network for each bridge'],
  [{ neutron_tenant_network_types: 'geneve' }, "names 'geneve', which is not in"],
  [{ neutron_type_drivers: 'vxlan,geneve' }, "not 'geneve'"],
  [{ enable_neutron_dvr: true }, "'enable_neutron_dvr' must be no"],
])('refuses %j', (changes, message) => {
  expect(messages(changes)).toEqual([expect.stringContaining(message)])
})

it('refuses an interface that is to be in two bridges', () => {
  const twice = { neutron_external_interface: 'eth2,eth2', neutron_bridge_name: 'br-1,br-2' }
  expect(messages({ ...twice, neutron_physical_networks: 'a,b' })).toEqual([
    "'neutron_external_interface' names eth2 twice",
  ])
})
