import { dirname, resolve } from 'node:path'
import type { Globals } from './globals.js'

/**
 * What kolla-ansible can do and this version can't: to read it and do something else would be worse than to refuse it.
 * Overrides are read in `overrideFolder` alone.
 */
export function refuseUnsupported(
  globals: Globals,
  overrideFolder: string,
  refuse: (key: keyof Globals, message: string) => void,
): void {
  const configdir = dirname(overrideFolder)
  if (resolve(globals.node_config) !== resolve(configdir)) {
    refuse(
      'node_config',
      `must be ${configdir}, where globals.yml is, or left out, not '${globals.node_config}'`,
    )
  } else if (resolve(globals.node_custom_config) !== resolve(overrideFolder)) {
    refuse(
      'node_custom_config',
      `must be ${overrideFolder}, or left out: overrides are read there alone, not in '${globals.node_custom_config}', move them`,
    )
  }
  if (globals.haproxy_single_external_frontend) {
    refuse(
      'haproxy_single_external_frontend',
      'must be no: this version gives each service a port of its own',
    )
  }
  if (!globals.enable_loadbalancer && (globals.enable_haproxy || globals.enable_keepalived)) {
    refuse(
      'enable_loadbalancer',
      'must be yes, or left out: set enable_haproxy and enable_keepalived to no where there shall be no load balancer',
    )
  }
  if (globals.enable_ceph_rgw && !globals.enable_ceph_rgw_loadbalancer) {
    refuse(
      'enable_ceph_rgw_loadbalancer',
      'must be yes with enable_ceph_rgw: this version knows gateways behind its own HAProxy alone',
    )
  }
  if (globals.use_preconfigured_databases) {
    refuse(
      'use_preconfigured_databases',
      'must be no: this version makes databases and accounts itself, in its own MariaDB',
    )
  }
  if (globals.enable_keystone && !globals.enable_mariadb) {
    refuse(
      'enable_mariadb',
      'must be yes for Keystone: this version takes no database of others, set enable_keystone to no without one',
    )
  }
  if (globals.enable_nova) refuseForNova(globals, refuse)
  if (globals.enable_mariadb && globals.enable_haproxy) {
    const { database_address: address, kolla_internal_fqdn: fqdn } = globals
    if (address !== fqdn && address !== globals.kolla_internal_vip_address) {
      refuse(
        'database_address',
        `must be ${fqdn}, where HAProxy balances our MariaDB, or left out: this version takes no database of others, not '${address}'`,
      )
    }
  }
}

function refuseForNova(
  globals: Globals,
  refuse: (key: keyof Globals, message: string) => void,
): void {
  const off = {
    enable_cells: 'this version makes one cell, for all compute hosts',
    enable_nova_fake: 'this version has no hypervisors that only pretend',
    enable_nova_serialconsole_proxy: 'this version knows consoles by noVNC alone',
    enable_nova_swtpm: 'this version emulates no TPM',
    libvirt_tls: 'TLS is not supported yet',
  } as const
  for (const [key, why] of Object.entries(off) as [keyof typeof off, string][]) {
    if (globals[key]) refuse(key, `must be no: ${why}`)
  }
  if (globals.nova_console !== 'novnc') {
    refuse(
      'nova_console',
      `must be novnc: this version knows no other, not '${globals.nova_console}'`,
    )
  }
  if (!globals.enable_nova_libvirt_container) {
    refuse('enable_nova_libvirt_container', 'must be yes: this version runs libvirt in a container')
  }
}
