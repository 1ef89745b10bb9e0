import type { Change } from './change.js'

/** `nova_libvirt on kolla1, kolla2 (configuration): machines go on; …`: what changes interrupt on which hosts, and why. */
export function interruptions(changes: readonly Change[]): string[] {
  const hosts = new Map<string, { readonly on: string[]; readonly change: Change }>()
  for (const change of changes) {
    const { container, interruption, reasons, host } = change
    if (interruption === undefined) continue
    const key = JSON.stringify([container, interruption, reasons])
    const same = hosts.get(key)
    if (same) same.on.push(host)
    else hosts.set(key, { on: [host], change })
  }
  return [...hosts.values()].map(({ on, change: { container, interruption = '', reasons } }) => {
    return `${container} on ${on.join(', ')} (${reasons.join(', ')}): ${interruption}`
  })
}
