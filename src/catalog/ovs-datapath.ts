import type { HostFacts } from '../model/observed-host.js'
import type { HostView } from './host-view.js'

/** Whether the host's kernel has Open vSwitch's module, or can load it. */
export function usesKernelDatapath({ ovsDatapath = 'system' }: Pick<HostFacts, 'ovsDatapath'>) {
  return ovsDatapath === 'system'
}

/** Open vSwitch's own name of what moves packets on the host: `system`, the kernel; `netdev`, vswitchd itself. */
export function datapathOf({ globals, facts }: HostView): 'system' | 'netdev' {
  return globals.ovs_datapath ?? facts.ovsDatapath ?? 'system'
}
