import type { Globals } from '../../model/globals.js'

/** What preparing a host must know of the cloud. */
export interface PrepareSettings {
  readonly globals: HostGlobals
  /** Every host of the cloud, this one included: they shall know each other by name. */
  readonly hosts: readonly NamedHost[]
  /** Whether the host is to have OSDs. */
  readonly osds?: boolean
}

export type HostGlobals = Pick<
  Globals,
  | 'change_selinux'
  | 'customize_etc_hosts'
  | 'disable_firewall'
  | 'docker_custom_config'
  | 'docker_log_max_file'
  | 'docker_log_max_size'
  | 'docker_registry'
  | 'docker_registry_insecure'
  | 'docker_runtime_directory'
  | 'enable_ceph'
  | 'enable_host_ntp'
  | 'node_config_directory'
  | 'selinux_state'
  | 'set_sysctl'
>

export interface NamedHost {
  /** Inventory name. */
  readonly name: string
  /** What `hostname` prints on it. */
  readonly hostname: string
  /** On the API network. */
  readonly address: string
}

/** A part of the preparation. The script runs under `set -euo pipefail` and may use the functions of the prelude. */
export interface PrepareStep {
  readonly name: string
  readonly script: string
}
