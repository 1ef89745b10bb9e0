import { hasExternalBridges } from '../model/check-neutron.js'
import type { Cloud, Host } from '../model/cloud.js'
import type { Globals } from '../model/globals.js'
import { datapathOf } from './ovs-datapath.js'
import type { HostView } from './host-view.js'
import { shortHostname } from './host-view.js'

/** A bridge to a physical network. */
export interface OvsBridge {
  readonly name: string
  /** The host's interface to that network, which becomes the bridge's own. */
  readonly interface: string
  /** Neutron's name of the network: `physnet1`. */
  readonly network: string
}

/** What Open vSwitch is told on a host, besides what agents tell it. */
export interface OvsNetworking {
  readonly systemId: string
  readonly hostname: string
  readonly datapath: 'system' | 'netdev'
  readonly bridges: readonly OvsBridge[]
}

/** Bridges to the physical networks that the host is in; none on computes, unless they need them. */
export function bridgesOf(cloud: Pick<Cloud, 'groups'>, { name, globals }: Host): OvsBridge[] {
  const isIn = (group: string) => (cloud.groups.get(group) ?? []).includes(name)
  if (!hasExternalBridges(globals, isIn)) return []
  const interfaces = globals.neutron_external_interface.split(',')
  const networks = globals.neutron_physical_networks.split(',')
  return globals.neutron_bridge_name.split(',').map((bridge, index) => ({
    name: bridge,
    interface: interfaces[index] ?? '',
    network: networks[index]?.trim() ?? '',
  }))
}

export function networkingOf(cloud: Pick<Cloud, 'groups'>, host: HostView): OvsNetworking {
  return {
    systemId: shortHostname(host),
    hostname: host.facts.hostname,
    datapath: datapathOf(host),
    bridges: bridgesOf(cloud, host),
  }
}

/** What the host itself must have, as kolla-ansible's roles of Open vSwitch, Neutron and Nova give it. */
export function hostNetworkingOf(
  { groups }: Pick<Cloud, 'groups'>,
  host: HostView,
): {
  readonly modules: readonly string[]
  readonly parameters: Readonly<Record<string, number>>
  readonly kvmGroup?: number
} {
  const { globals, name } = host
  const isIn = (group: string) => (groups.get(group) ?? []).includes(name)
  const isCompute = isIn('compute')
  const parameters = {
    ...(isIn('neutron-l3-agent') ? neighbours(globals) : {}),
    ...(isCompute ? filteredBridges : {}),
  }
  return {
    modules: [
      ...(datapathOf(host) === 'system' ? ['openvswitch'] : []),
      ...(isCompute ? ['br_netfilter'] : []),
    ],
    parameters: globals.set_sysctl ? parameters : {},
    // Others let everybody use it.
    ...(isCompute &&
      host.facts.os.family === 'debian' &&
      globals.enable_nova &&
      globals.nova_compute_virt_type === 'kvm' && { kvmGroup: globals.qemu_user_gid }),
  }
}

/** Security groups see what passes the bridges of machines. */
const filteredBridges = {
  'net.bridge.bridge-nf-call-iptables': 1,
  'net.bridge.bridge-nf-call-ip6tables': 1,
}

/** How many neighbours a host of routers may know. */
function neighbours(globals: Globals): Record<string, number> {
  const all = (['ipv4', 'ipv6'] as const).flatMap((family) =>
    ([1, 2, 3] as const).map((number) => {
      const value = globals[`neutron_l3_agent_host_${family}_neigh_gc_thresh${number}`]
      return [`net.${family}.neigh.default.gc_thresh${number}`, value] as const
    }),
  )
  return Object.fromEntries(
    all.flatMap(([key, value]) => (typeof value === 'number' ? [[key, value]] : [])),
  )
}
