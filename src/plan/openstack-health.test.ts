import { describe, expect, it } from 'vitest'
import { formatFinding } from '../model/finding.js'
import { isNamed, judgeOpenStack } from './openstack-health.js'
import type { NetworkAgent, NetworkPort, NovaService, OpenStackState } from './openstack-health.js'

const runs = () => true
const hosts = [
  { name: 'kolla1', hostname: 'kolla1', runs },
  { name: 'kolla2', hostname: 'node-2.lab', runs },
]
const service = (host: string, more: Partial<NovaService> = {}): NovaService => ({
  id: `s-${host}`,
  binary: 'nova-compute',
  host,
  state: 'up',
  status: 'enabled',
  disabled_reason: null,
  ...more,
})
const hypervisor = (host: string) => ({ id: host, hypervisor_hostname: host, service: { host } })
const agent = (host: string, alive = true): NetworkAgent => ({
  ...{ id: host, binary: 'neutron-l3-agent', host, alive },
})
const port = (more: Partial<NetworkPort>): NetworkPort => ({
  id: 'p1',
  device_id: 'd1',
  device_owner: 'compute:nova',
  'binding:host_id': 'node-2',
  'binding:vif_type': 'ovs',
  ...more,
})

const healthy = {
  services: [service('kolla1'), service('node-2')],
  hypervisors: [hypervisor('kolla1'), hypervisor('node-2')],
}

const told = (state: OpenStackState) => judgeOpenStack(state, hosts).map(formatFinding)

describe("Nova's and Neutron's own word", () => {
  it('is silent about what works, whatever the hosts are called', () => {
    const neutron = { agents: [agent('Kolla1'), agent('node-2.lab')], ports: [port({})] }
    expect(told({ nova: healthy, neutron })).toEqual([])
    expect(told({})).toEqual([])
  })

  it('names what is down, and what somebody disabled', () => {
    const services = [
      service('kolla1', { status: 'disabled', disabled_reason: 'new disks' }),
      service('node-2', { state: 'down' }),
      service('kolla1', { binary: 'nova-scheduler', state: 'down' }),
    ]
    expect(told({ nova: { ...healthy, services } })).toEqual([
      'kolla1: warning: nova-compute is disabled (new disks), so no machine is started here: `kolla-temporal enable-compute kolla1` puts it back in use',
      expect.stringMatching(
        /^kolla2: error: nova-compute does not report: .* `docker restart nova_compute`/,
      ),
      expect.stringMatching(/^kolla1: error: nova-scheduler does not report/),
    ])
  })

  it('names computes of the inventory that it does not know', () => {
    const nova = { services: [service('kolla1')], hypervisors: [] }
    expect(told({ nova })).toEqual([
      expect.stringMatching(/^kolla1: error: its nova-compute has no hypervisor/),
      expect.stringMatching(/^kolla2: error: Nova knows no nova-compute of this host/),
    ])
    const idle = hosts.map((host) => ({ ...host, runs: () => false }))
    expect(judgeOpenStack({ nova }, idle)).toEqual([])
  })

  it('names what a host has left behind that has left a group', () => {
    const down = { state: 'down', status: 'disabled' } as const
    const services = [
      service('kolla1', down),
      service('kolla1', { ...down, binary: 'nova-conductor' }),
    ]
    const neutron = { agents: [agent('kolla1', false)], ports: [] }
    const left = hosts.map((host) => ({ ...host, runs: () => false }))
    const nova = { services, hypervisors: [] }
    expect(judgeOpenStack({ nova, neutron }, left).map(formatFinding)).toEqual([
      'kolla1: warning: nova-compute is still registered, and this host does not run it any more: `kolla-temporal remove-compute kolla1` takes it away',
      'kolla1: warning: nova-conductor is still registered, and this host does not run it any more: `openstack compute service delete s-kolla1` takes it away',
      'kolla1: warning: neutron-l3-agent is still registered, and this host does not run it any more: `openstack network agent delete kolla1` takes it away',
    ])
  })

  it('names agents that are silent, and what hosts left behind that are gone', () => {
    const nova = { ...healthy, services: [...healthy.services, service('old', { state: 'down' })] }
    const neutron = { agents: [agent('kolla1', false), agent('old', false)], ports: [] }
    expect(told({ nova, neutron })).toEqual([
      'old: warning: nova-compute is still registered and of no host of the inventory: `kolla-temporal remove-compute old` takes it away',
      expect.stringMatching(/^kolla1: error: neutron-l3-agent does not report: .*neutron_l3_agent/),
      'old: warning: neutron-l3-agent is still registered and of no host of the inventory: `kolla-temporal remove-compute old` takes it away',
    ])
  })

  it('names ports that could not be bound', () => {
    const failed = { 'binding:vif_type': 'binding_failed' }
    const ports = [port(failed), port({ ...failed, id: 'p2', device_owner: 'network:dhcp' })]
    expect(told({ neutron: { agents: [], ports } })).toEqual([
      expect.stringMatching(/^kolla2: warning: the port p1 .*`openstack server reboot --hard d1`$/),
      expect.stringMatching(/^kolla2: warning: the port p2 \(network:dhcp\) .*`docker restart`/),
    ])
  })
})

it('takes no host for another', () => {
  const host = { name: '192.168.8.7', hostname: 'node-2.lab' }
  const known = ['192.168.8.7', 'node-2.lab', 'node-2', 'node-2.lab.example']
  expect(known.filter((it) => !isNamed(host, it))).toEqual([])
  const others = ['192.168.8.70', '192.168.8.8', 'node-2.other', 'node-22', 'node']
  expect(others.filter((it) => isNamed(host, it))).toEqual([])
})
