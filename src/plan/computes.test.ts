import { expect, it } from 'vitest'
import { leftBehind } from './computes.js'
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
