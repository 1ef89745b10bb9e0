import { expect, it } from 'vitest'
import { leftBehind, nameless, strayComputes, whyNotForgotten } from './computes.js'
import type { Leaving } from './computes.js'

const service = (binary: string, host: string) => ({
  ...{ id: binary, binary, host, state: 'down', status: 'enabled', disabled_reason: null },
})
const agent = (binary: string, host: string) => ({ id: binary, binary, host, alive: false })
const leaving = {
  ...{ host: 'kolla2', isCompute: false, isNetwork: false, machines: [] },
  services: [
    service('nova-compute', 'kolla2'),
    service('nova-conductor', 'kolla2'),
    service('nova-compute', 'kolla3'),
  ],
  agents: [
    agent('neutron-openvswitch-agent', 'kolla2'),
    agent('neutron-dhcp-agent', 'kolla2'),
    agent('neutron-openvswitch-agent', 'kolla3'),
  ],
} as Leaving

function binaries(more: Partial<Leaving>): string[] {
  const { services, agents } = leftBehind({ ...leaving, ...more })
  return [...services, ...agents].map(({ binary }) => binary)
}

it('of a host that is gone everything is left behind; of one with other work, what computes have', () => {
  expect(binaries({})).toEqual([
    ...['nova-compute', 'nova-conductor', 'neutron-openvswitch-agent', 'neutron-dhcp-agent'],
  ])
  const inventory = { name: 'kolla2' }
  expect(binaries({ inventory })).toEqual(['nova-compute', 'neutron-openvswitch-agent'])
  expect(binaries({ inventory, isNetwork: true })).toEqual(['nova-compute'])
})

it('a host that may be one whose name nobody knows is not forgotten', () => {
  const hosts = [{ name: 'kolla1' }, { name: '10.0.0.3' }, { name: 'c4', hostname: 'srv-4' }]
  const left = nameless(hosts, [...leaving.services, service('nova-compute', 'KOLLA1')])
  expect(left).toEqual(['10.0.0.3'])
  const [why] = whyNotForgotten({ ...leaving, host: 'srv-3', nameless: left })
  expect(why?.message).toContain('one that did not tell its own (10.0.0.3)')
  expect(whyNotForgotten({ ...leaving, host: 'srv-3', nameless: [] })).toEqual([])
})

it('computes that are none of the inventory are told', () => {
  const hosts = [{ name: 'compute02', hostname: 'kolla2' }]
  expect(strayComputes(leaving.services, hosts).map(({ message }) => message)).toEqual([
    expect.stringContaining('a compute host kolla3 that is none of the inventory'),
  ])
})
