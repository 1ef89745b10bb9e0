import { describe, expect, it } from 'vitest'
import type { Cloud } from '../../model/cloud.js'
import type { Globals } from '../../model/globals.js'
import type { HostFacts } from '../../model/observed-host.js'
import { renderHost } from '../render.js'
import { testCloud, testFacts } from '../testing/cloud.js'
import { whole } from '../testing/whole.js'
import { checkVlans } from './check-vlans.js'

const cloudWith = (globals: Partial<Globals> = {}, ml2?: string) =>
  testCloud({
    globals: { ...whole, neutron_external_interface: 'eth2', ...globals },
    overrides: ml2 === undefined ? [] : [{ path: 'neutron/ml2_conf.ini', text: ml2 }],
  })
const userspace = testFacts.map((it): HostFacts => ({ ...it, ovsDatapath: 'netdev' }))

function container(name: string, cloud: Cloud = cloudWith(), facts = testFacts) {
  const found = renderHost(cloud, facts, 'kolla2').find((it) => it.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

function file(name: string, path: string, cloud?: Cloud, facts?: readonly HostFacts[]): string {
  return container(name, cloud, facts).files.find((it) => it.path === path)?.content ?? ''
}

/** Lines of one section. */
function lines(conf: string, section: string): string[] {
  const [, body = ''] = conf.split(`[${section}]\n`)
  return body.split('\n[')[0]?.split('\n').filter(Boolean) ?? []
}

describe('where the kernel moves packets', () => {
  it('agents plug as kolla-ansible has them', () => {
    expect(lines(file('neutron_dhcp_agent', 'dhcp_agent.ini'), 'ovs')).toEqual([
      'ovsdb_connection = tcp:127.0.0.1:6640',
      'ovsdb_timeout = 10',
    ])
    expect(file('neutron_l3_agent', 'l3_agent.ini')).not.toContain('veth')
    expect(file('neutron_openvswitch_agent', 'openvswitch_agent.ini')).toContain(
      'datapath_type = system',
    )
    expect(container('openvswitch_vswitchd').volumes.join()).not.toContain('modprobe')
  })
})

describe('where the kernel has no Open vSwitch', () => {
  it.each([
    ['neutron_dhcp_agent', 'dhcp_agent.ini'],
    ['neutron_l3_agent', 'l3_agent.ini'],
  ])('%s plugs veths, which come back with vswitchd', (name, path) => {
    const conf = file(name, path, cloudWith(), userspace)
    expect(lines(conf, 'DEFAULT')).toContain('ovs_use_veth = true')
    expect(lines(conf, 'ovs')).toContain('datapath_type = netdev')
  })

  it('vswitchd asks for no module', () => {
    const { volumes } = container('openvswitch_vswitchd', cloudWith(), userspace)
    expect(volumes).toContain('/bin/true:/usr/sbin/modprobe:ro')
  })

  it('a datapath that the operator names is taken', () => {
    const named = cloudWith({ ovs_datapath: 'netdev' })
    const conf = file('neutron_openvswitch_agent', 'openvswitch_agent.ini', named)
    expect(lines(conf, 'ovs')).toContain('datapath_type = netdev')
  })
})

describe('networks', () => {
  it('are tunnels by default, between the addresses of the tunnel interface', () => {
    const tunnels = cloudWith({ tunnel_interface: 'eth1' })
    expect(lines(file('neutron_server', 'ml2_conf.ini', tunnels), 'ml2')).toContain(
      'tenant_network_types = vxlan',
    )
    const conf = file('neutron_openvswitch_agent', 'openvswitch_agent.ini', tunnels)
    expect(lines(conf, 'ovs')).toContain('local_ip = 10.10.9.102')
  })

  it('have a bridge each, by their numbers', () => {
    const two = cloudWith({
      neutron_external_interface: 'eth2,eth3',
      neutron_bridge_name: 'br-ex,br-lab',
    })
    const conf = file('neutron_openvswitch_agent', 'openvswitch_agent.ini', two)
    expect(lines(conf, 'ovs')).toContain('bridge_mappings = physnet1:br-ex,physnet2:br-lab')
  })
})

describe('VLANs of projects', () => {
  const vlan = { neutron_tenant_network_types: 'vlan' }
  const messages = (cloud: Cloud) => checkVlans(cloud, testFacts).map(({ message }) => message)
  const ranges = (text: string) => `[ml2_type_vlan]\nnetwork_vlan_ranges = ${text}\n`

  it('are none to complain of where a network carries them', () => {
    expect(messages(cloudWith(vlan, ranges('physnet1:100:199')))).toEqual([])
    expect(messages(cloudWith())).toEqual([])
  })

  it('need numbers', () => {
    expect(messages(cloudWith(vlan))).toEqual([expect.stringContaining('names no VLANs')])
    expect(messages(cloudWith(vlan, ranges('physnet1')))).toHaveLength(1)
  })

  it('need a physical network that is there', () => {
    expect(messages(cloudWith(vlan, ranges('physnet9:1:9')))).toEqual([
      expect.stringContaining("names 'physnet9', which is no physical network"),
    ])
  })

  it('do not reach computes without a bridge', () => {
    const cloud = cloudWith(vlan, ranges('physnet1:100:199'))
    const apart = {
      ...cloud,
      groups: new Map([...cloud.groups, ['network', ['kolla1', 'kolla2']]]),
    }
    expect(checkVlans(apart, testFacts)).toEqual([
      expect.objectContaining({ severity: 'warning', host: 'kolla3' }),
    ])
  })
})

describe('agents', () => {
  it('start helpers in containers of the image that they are of themselves', () => {
    const { environment, pidMode, cgroupnsMode, volumes } = container('neutron_l3_agent')
    expect(environment).toMatchObject({
      KOLLA_IMAGE: '192.168.8.73:5000/kolla/neutron-l3-agent:2026.1-debian-trixie',
      KOLLA_NAME: 'neutron_l3_agent',
      KOLLA_SERVICE_NAME: 'neutron-l3-agent',
      KOLLA_NEUTRON_WRAPPERS: 'true',
    })
    expect([pidMode, cgroupnsMode]).toEqual(['host', 'host'])
    expect(volumes).toContain('/var/run/docker.sock:/var/run/docker.sock:ro')
  })

  it('start them as children where the operator wants that', () => {
    const off = cloudWith({ neutron_agents_wrappers: false, enable_neutron_agent_ha: true })
    const { environment, pidMode, volumes } = container('neutron_l3_agent', off)
    expect(environment['KOLLA_NEUTRON_WRAPPERS']).toBe('false')
    expect(pidMode).toBeUndefined()
    expect(volumes.join()).not.toContain('docker.sock')
    expect(file('neutron_l3_agent', 'neutron-l3-agent-wrapper.sh', off)).toContain('netns-cleanup')
  })

  it.each([
    [60, [20, 20, 60]],
    [15, [15, 15, 15]],
  ])('end within 20 of %d s where they never do by themselves', (timeout, expected) => {
    const cloud = cloudWith({ docker_graceful_timeout: timeout })
    const names = ['neutron_openvswitch_agent', 'neutron_dhcp_agent', 'neutron_l3_agent']
    expect(names.map((name) => container(name, cloud).stopTimeout)).toEqual(expected)
  })

  it('check routers of the older release as kolla-ansible does', () => {
    const of = (openstack_release: string) =>
      file(
        'neutron_l3_agent',
        'l3_agent.ini',
        cloudWith({ openstack_release, enable_neutron_agent_ha: true }),
      )
    expect(of('2025.2')).toContain('ha_vrrp_health_check_interval = 5')
    expect(of('2026.1')).not.toContain('ha_vrrp')
  })

  it('and server know of the plugins that are enabled', () => {
    const more = cloudWith({ enable_neutron_qos: true, enable_neutron_port_forwarding: true })
    expect(lines(file('neutron_server', 'neutron.conf', more), 'DEFAULT')).toContain(
      'service_plugins = qos,router,port_forwarding',
    )
    expect(lines(file('neutron_l3_agent', 'l3_agent.ini', more), 'agent')).toEqual([
      'extensions = port_forwarding',
    ])
    expect(
      lines(file('neutron_openvswitch_agent', 'openvswitch_agent.ini', more), 'agent'),
    ).toContain('extensions = qos')
  })
})
