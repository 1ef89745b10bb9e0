import type { Globals } from './globals.js'

type Problem = { key: keyof Globals; message: string }

/** Whether a host in these groups is in physical networks by bridges of its own: a compute is only where that is asked for. */
export function hasExternalBridges(
  globals: Pick<Globals, 'computes_need_external_bridge'>,
  isIn: (group: string) => boolean,
): boolean {
  return isIn('network') || (isIn('compute') && globals.computes_need_external_bridge)
}

/**
 * What Neutron's settings must be together, for one host. The interfaces of one without external bridges are nobody's
 * business: they may be set for the group `network` alone.
 */
export function checkNeutronGlobals(globals: Globals, isIn: (group: string) => boolean): Problem[] {
  if (!globals.enable_neutron) return []
  const problems: Problem[] = []
  const refuse = (key: keyof Globals, message: string) =>
    problems.push({ key, message: `'${key}' ${message}` })
  const hasBridges = hasExternalBridges(globals, isIn)
  const interfaces = globals.neutron_external_interface.split(',')
  const bridges = globals.neutron_bridge_name.split(',')
  const networks = listOf(globals.neutron_physical_networks)
  if (hasBridges && interfaces.length !== bridges.length) {
    refuse(
      'neutron_external_interface',
      `must name one interface for each bridge of neutron_bridge_name: ${bridges.join(', ')} are ${bridges.length}, ${interfaces.join(', ')} are ${interfaces.length}`,
    )
  }
  if (networks.length !== bridges.length) {
    refuse(
      'neutron_physical_networks',
      `must name one network for each bridge of neutron_bridge_name: ${bridges.join(', ')} are ${bridges.length}, ${networks.join(', ')} are ${networks.length}`,
    )
  }
  for (const [key, names] of Object.entries({
    neutron_external_interface: hasBridges ? interfaces : [],
    neutron_bridge_name: bridges,
    neutron_physical_networks: networks,
  } as const)) {
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) refuse(key as keyof Globals, `names ${twice} twice`)
  }
  const types = listOf(globals.neutron_type_drivers)
  const known = ['flat', 'local', 'vlan', 'vxlan']
  const foreign = types.find((type) => !known.includes(type))
  if (foreign !== undefined) {
    refuse('neutron_type_drivers', `knows ${known.join(', ')}, not '${foreign}'`)
  }
  const unknown = listOf(globals.neutron_tenant_network_types).find((it) => !types.includes(it))
  if (unknown !== undefined) {
    refuse(
      'neutron_tenant_network_types',
      `names '${unknown}', which is not in neutron_type_drivers (${types.join(', ')})`,
    )
  }
  if (globals.enable_neutron_dvr) {
    refuse('enable_neutron_dvr', 'must be no: this version has no distributed routers')
  }
  return problems
}

const listOf = (text: string) => text.split(',').map((word) => word.trim())
