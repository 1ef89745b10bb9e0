import type { Finding } from '../../model/finding.js'
import type { HostFacts } from '../../model/observed-host.js'
import type { Cloud } from '../../model/cloud.js'
import { parseIni } from '../../model/overrides/ini.js'
import { contextOf } from '../host-view.js'
import { groupOf } from '../render.js'
import { openvswitchAgentIni } from './agents.js'
import { ml2Conf } from './ml2.js'

const where = '[ml2_type_vlan] network_vlan_ranges'
const example = 'write config/neutron/ml2_conf.ini, such as physnet1:100:199'

/** VLANs that projects are to have and that no interface carries. Files are merged by now: Neutron's options count. */
export function checkVlans(cloud: Cloud, facts: readonly HostFacts[]): Finding[] {
  const [server] = groupOf(cloud, 'neutron-server')
  if (!cloud.globals.enable_neutron || server === undefined) return []
  const ml2 = ml2Conf(contextOf(cloud, facts, server))
  const types = listOf(valueOf(ml2, 'ml2', 'tenant_network_types'))
  const ranges = listOf(valueOf(ml2, 'ml2_type_vlan', 'network_vlan_ranges'))
  const ofProjects = types.includes('vlan')
  if (ofProjects && !ranges.some((range) => /^[^:]+:\d+:\d+$/.test(range))) {
    const message = `neutron_tenant_network_types has vlan and ${where} names no VLANs: ${example}`
    return [{ severity: 'error', file: 'globals.yml', message }]
  }
  const carried = new Map(
    groupOf(cloud, 'openvswitch').map((host) => [host, mappedOn(cloud, facts, host)]),
  )
  const networks = [...new Set(ranges.map((range) => range.split(':')[0] ?? ''))]
  return networks.flatMap((network): Finding[] => {
    const without = [...carried].flatMap(([host, mapped]) =>
      mapped.includes(network) ? [] : [host],
    )
    if (without.length === carried.size) {
      const known = [...new Set([...carried.values()].flat())].join(', ') || 'none'
      const message = `${where} names '${network}', which is no physical network of any host (there are: ${known}): name one of them`
      return [{ severity: 'error', file: 'config/neutron/ml2_conf.ini', message }]
    }
    if (!ofProjects) return []
    return without.map((host) => ({
      severity: 'warning',
      host,
      message: `has no bridge to ${network}, whose VLANs projects are given: machines there get no network, set enable_neutron_provider_networks: "yes"`,
    }))
  })
}

/** Physical networks that a host's agent has a bridge to. */
function mappedOn(cloud: Cloud, facts: readonly HostFacts[], host: string): string[] {
  const ini = openvswitchAgentIni(contextOf(cloud, facts, host))
  return listOf(valueOf(ini, 'ovs', 'bridge_mappings')).map((it) => it.split(':')[0] ?? '')
}

/** The last value of an option; empty where there is none. */
function valueOf(text: string, section: string, option: string): string {
  const ini = parseIni(text, { bareKeys: false })
  if (!(ini instanceof Map)) throw new Error(`rendered ${option} can't be read: ${ini.message}`)
  return ini.get(section)?.get(option)?.at(-1) ?? ''
}

const listOf = (text: string) =>
  text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean)
