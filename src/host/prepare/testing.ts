import type { HostGlobals, NamedHost } from './settings.js'

/** For tests: kolla-ansible's defaults, with a registry of one's own. */
export const globals: HostGlobals = {
  change_selinux: true,
  customize_etc_hosts: true,
  disable_firewall: true,
  docker_custom_config: {},
  docker_log_max_file: 5,
  docker_log_max_size: '50m',
  docker_registry: '192.168.8.73:5000',
  docker_registry_insecure: true,
  docker_runtime_directory: '',
  enable_ceph: false,
  enable_host_ntp: true,
  node_config_directory: '/etc/kolla',
  selinux_state: 'permissive',
  set_sysctl: true,
}

export const hosts: readonly NamedHost[] = [
  { name: 'kolla1', hostname: 'kolla1.example.org', address: '192.168.8.70' },
  { name: '192.168.8.71', hostname: 'kolla2', address: '192.168.8.71' },
]
