import { shortName } from '../model/ansible-facts.js'
import type { HostFacts } from '../model/observed-host.js'
import type { Cloud, Host } from '../model/cloud.js'
import type { Context } from './service.js'

/** A host as described and as found. */
export interface HostView extends Host {
  readonly facts: HostFacts
}

export type Network = 'api' | 'cluster' | 'storage' | 'tunnel' | 'migration'

export function interfaceOf(host: Pick<HostView, 'globals'>, network: Network): string {
  return host.globals[`${network}_interface`]
}

/**
 * The host's IPv4 address on one of kolla-ansible's networks (`api`: `api_interface`). A floating address that the host
 * happens to hold does not count, unless it is all that the host has and nothing of ours moves it about; and one that
 * keepalived left behind before it was given another (`/32`) comes last. Undefined where the interface is missing or bare.
 */
export function findAddress(host: HostView, network: Network = 'api'): string | undefined {
  return ownAddress(host, interfaceOf(host, network))
}

/** The same by the interface. */
export function ownAddress(host: HostView, interfaceName: string): string | undefined {
  const { kolla_internal_vip_address: internal, kolla_external_vip_address: external } =
    host.globals
  const all = host.facts.interfaces[interfaceName] ?? []
  const own = all.filter((address) => {
    const [bare] = address.split('/')
    return bare !== internal && bare !== external
  })
  const fixed = host.globals.enable_keepalived ? undefined : all[0]
  const found = own.find((address) => !address.endsWith('/32')) ?? own[0] ?? fixed
  return found?.replace(/\/\d+$/, '')
}

/** As `findAddress`, but a missing address throws: `checkHosts` reports it before anything is rendered. */
export function addressOf(host: HostView, network: Network = 'api'): string {
  const address = findAddress(host, network)
  if (address === undefined) {
    throw new Error(
      `${host.name} has no IPv4 address on ${interfaceOf(host, network)} (${network}_interface)`,
    )
  }
  return address
}

/** The name without domain, as RabbitMQ's node names and Galera's want it. */
export function shortHostname(host: Pick<HostView, 'facts'>): string {
  return shortName(host.facts.hostname)
}

/** Joins what is described with what was found. Hosts without facts (not asked, not reached) are left out. */
export function hostViews(cloud: Cloud, facts: readonly HostFacts[]): HostView[] {
  const byName = new Map(facts.map((found) => [found.name, found]))
  return cloud.hosts.flatMap((host) => {
    const found = byName.get(host.name)
    return found ? [{ ...host, facts: found }] : []
  })
}

/** The context to render `hostName` in. Throws for a host, or a member of a group, whose facts are missing. */
export function contextOf(cloud: Cloud, facts: readonly HostFacts[], hostName: string): Context {
  const views = new Map(hostViews(cloud, facts).map((view) => [view.name, view]))
  const view = (name: string): HostView => {
    const found = views.get(name)
    if (!found) throw new Error(`no facts of host ${name}: observe it first`)
    return found
  }
  return {
    cloud,
    host: view(hostName),
    members: (group) => (cloud.groups.get(group) ?? []).map(view),
    views: [...views.values()],
  }
}
