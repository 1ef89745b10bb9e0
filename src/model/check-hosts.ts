import { externalVip } from './external-vip.js'
import type { Finding } from './finding.js'
import type { Globals } from './globals.js'
import type { Host } from './cloud.js'
import type { GroupTree } from './inventory/groups.js'
import type { Place } from './inventory/parser.js'

/** Groups without which there is no control plane. */
export function checkEssentialGroups(tree: GroupTree, file: string): Finding[] {
  const essential = [
    ['control', 'list the hosts of the control plane below [control]'],
    ['loadbalancer', 'list the hosts of HAProxy and Keepalived below [network]'],
  ] as const
  return essential
    .filter(([group]) => tree.hosts(group).length === 0)
    .map(([group, wayOut]) => ({
      severity: 'error',
      message: `group '${group}' has no hosts: ${wayOut}`,
      file,
    }))
}

/** Addresses that two hosts share, or that a host shares with the floating ones. */
export function checkAddresses(
  hosts: readonly Host[],
  globals: Globals | undefined,
  placeOf: (host: string) => Place | undefined,
): Finding[] {
  const findings: Finding[] = []
  const floating = globals?.enable_keepalived
    ? [
        ['kolla_internal_vip_address', globals.kolla_internal_vip_address],
        ['kolla_external_vip_address', externalVip(globals)],
      ]
    : []
  const seen = new Map<string, string>()
  for (const { name, connection } of hosts) {
    const refuse = (message: string) =>
      findings.push({ severity: 'error', message, ...placeOf(name) })
    const endpoint = `${connection.address}:${connection.port}`
    const other = seen.get(endpoint)
    seen.set(endpoint, other ?? name)
    if (other !== undefined) {
      refuse(
        `host '${name}' has the address ${connection.address} of '${other}': give each its own`,
      )
    }
    for (const [key, vip] of floating) {
      if (vip === connection.address) {
        refuse(
          `host '${name}' has the address ${connection.address} of ${key}: that must be a free one`,
        )
        break
      }
    }
  }
  return findings
}
