import type { Globals } from './globals.js'

/** The floating address of external APIs, where there is one beside the internal address. */
export function externalVip(globals: Globals): string | undefined {
  const { kolla_internal_vip_address: internal, kolla_external_vip_address: external } = globals
  return globals.haproxy_enable_external_vip && external !== internal ? external : undefined
}
