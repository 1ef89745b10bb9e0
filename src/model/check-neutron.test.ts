import { expect, it } from 'vitest'
import { checkNeutronGlobals } from './check-neutron.js'
import type { Globals } from './globals.js'
import { cloudOf, read, small } from './testing/read.js'

const usual = cloudOf(small).globals

function messages(changes: Partial<Globals>, groups = ['network']): string[] {
  const found = checkNeutronGlobals({ ...usual, ...changes }, (group) => groups.includes(group))
  return found.map(({ message }) => message)
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

it('asks nobody for interfaces who has no external bridges', () => {
  const two = { neutron_bridge_name: 'br-1,br-2', neutron_physical_networks: 'a,b' }
  const refused: unknown[] = [expect.stringContaining('must name one interface for each bridge')]
  const needed = { ...two, computes_need_external_bridge: true }
  expect(messages(two, ['network'])).toEqual(refused)
  expect(messages(needed, ['compute'])).toEqual(refused)
  expect(messages({ ...needed, computes_need_external_bridge: false }, ['compute'])).toEqual([])
  expect(messages(needed, ['storage'])).toEqual([])
  const twice = { ...two, neutron_external_interface: 'eth2,eth2' }
  expect(messages(twice, ['storage'])).toEqual([])
})

it('reads a cloud whose network hosts alone name their interfaces', () => {
  const globals = `${small.globals}enable_neutron: yes\nneutron_bridge_name: br-ex,br-prov\nneutron_physical_networks: a,b\n`
  const groups = (kolla1: string) =>
    `[control]\nkolla1\n[network]\nkolla1\n[compute]\nkolla2\n[network:vars]\nneutron_external_interface=${kolla1}\n`
  expect(read({ globals, inventory: groups('eth2,eth3') }).findings).toEqual([])
  expect(read({ globals, inventory: groups('eth2') }).findings).toEqual([
    expect.stringContaining('br-ex, br-prov are 2, eth2 are 1'),
  ])
})
