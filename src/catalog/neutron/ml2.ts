import { configFile } from '../kolla-config.js'
import { section } from '../oslo.js'
import { customFiles, overridden } from '../overridden.js'
import type { Overridable, OverrideFolder } from '../overridden.js'
import type { Context } from '../service.js'

/** A file of Neutron's that the operator's options are merged into. */
export const merged = (file: string): Overridable => ({
  kind: 'oslo',
  paths: [`neutron/${file}`, `neutron/<host>/${file}`],
})

export const ml2Override = merged('ml2_conf.ini')

/** Files of the operator's for further plugins, which go beside ours. */
export const ml2Plugins: OverrideFolder = { folder: 'neutron/plugins', ending: '' }

/** Which networks there may be. */
export function ml2Conf(ctx: Context): string {
  const { globals } = ctx.host
  return overridden(
    ctx,
    ml2Override,
    [
      section('ml2', {
        type_drivers: globals.neutron_type_drivers,
        tenant_network_types: globals.neutron_tenant_network_types,
        mechanism_drivers: 'openvswitch,l2population',
        extension_drivers: [...(globals.enable_neutron_qos ? ['qos'] : []), 'port_security'].join(
          ',',
        ),
      }),
      section('ml2_type_vlan', { network_vlan_ranges: '' }),
      section('ml2_type_flat', { flat_networks: globals.neutron_physical_networks }),
      section('ml2_type_vxlan', { vni_ranges: '1:1000' }),
    ].join(''),
  )
}

/** What goes below `/etc/neutron/plugins/ml2`: a file of ours, and the operator's own. */
export function ml2Files(ctx: Context, name: string, text: string) {
  const files = [{ name, text }, ...customFiles(ctx, ml2Plugins)]
  return placedPlugins(files)
}

export function placedPlugins(files: readonly { readonly name: string; readonly text: string }[]) {
  return {
    placed: files.map(({ name }) => ({
      source: name,
      dest: `/etc/neutron/plugins/ml2/${name}`,
      owner: 'neutron',
      perm: '0600',
    })),
    files: files.map(({ name, text }) => configFile(name, text)),
  }
}
