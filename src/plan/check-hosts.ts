import type { ObservedHost } from '../model/observed-host.js'
import { findAddress, hostViews, interfaceOf, shortHostname } from '../catalog/host-view.js'
import type { HostView, Network } from '../catalog/host-view.js'
import { networksOf, servicesOn, socketsOf } from '../catalog/render.js'
import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { foreignContainers, foreignListeners } from './check-foreign.js'
import { checkMemory } from './check-memory.js'
import { checkExternalInterfaces } from './check-networks.js'
import { checkFloatingAddresses } from './check-floating-addresses.js'
import { checkRoom } from './room.js'
import { sharedPorts } from './shared-ports.js'

export interface HostChecks {
  /** Host → bytes that its missing images need, unpacked. */
  readonly imageBytes?: ReadonlyMap<string, number>
  /** Containers that the plan wants, by host; only their names count. */
  readonly containers: ReadonlyMap<string, readonly string[]>
}

/** Everything about the hosts that would make a deployment fail: all findings, in the order of the inventory. */
export function checkHosts(
  cloud: Cloud,
  observed: readonly ObservedHost[],
  checks: HostChecks,
): Finding[] {
  const views = hostViews(
    cloud,
    observed.map((host) => host.facts),
  ).filter((view) => servicesOn(cloud, view.name).length > 0)
  const byName = new Map(observed.map((host) => [host.facts.name, host]))
  const own = views.flatMap((view) => {
    const host = byName.get(view.name)
    if (!host) return []
    return [
      ...networksOf(cloud, view.name).flatMap((network) => checkNetwork(view, network)),
      ...checkExternalInterfaces(cloud, view),
      ...checkDocker(host, checks.imageBytes?.get(view.name)),
      ...foreignContainers(cloud.name, host, checks.containers.get(view.name) ?? []),
    ]
  })
  const addressed = views.every((view) => isAddressed(cloud, view))
  return [
    ...own,
    ...checkHostnames(cloud, views),
    ...checkFloatingAddresses(cloud, views, observed),
    ...checkMemory(cloud, observed),
    // Sockets can only be told where every member's address is known.
    ...(addressed ? checkPorts(cloud, views, byName) : []),
  ]
}

function checkPorts(
  cloud: Cloud,
  views: readonly HostView[],
  observed: ReadonlyMap<string, ObservedHost>,
): Finding[] {
  const facts = views.map((view) => view.facts)
  return views.flatMap((view) => {
    const host = observed.get(view.name)
    const sockets = socketsOf(cloud, facts, view.name)
    const shared = sharedPorts(sockets).map((message) => error(view.name, message))
    return [...shared, ...(host ? foreignListeners(cloud.name, host, sockets) : [])]
  })
}

/** Whether the host has every address that its services need. */
export function isAddressed(cloud: Cloud, view: HostView): boolean {
  return networksOf(cloud, view.name).every((network) => findAddress(view, network) !== undefined)
}

function checkNetwork(view: HostView, network: Network): Finding[] {
  if (findAddress(view, network) !== undefined) return []
  const wanted = interfaceOf(view, network)
  const setting = network === 'api' ? 'network_interface' : `${network}_interface`
  const notOffered = ['lo', 'docker0', wanted]
  const others = Object.entries(view.facts.interfaces)
    .filter(([name, addresses]) => !notOffered.includes(name) && addresses.length > 0)
    .map(([name, addresses]) => `${name} (${addresses.join(', ')})`)
  const held = view.facts.interfaces[wanted]
  const floating = held && held.length > 0 ? ` but the floating ${held.join(', ')}` : ''
  const what = held ? `has no IPv4 address${floating}` : 'does not exist'
  const hint =
    others.length > 0
      ? `set ${setting}, in globals.yml or for this host, to one of ${others.join(', ')}`
      : 'no other interface has one either'
  return [error(view.name, `interface ${wanted} ${what}: ${hint}`)]
}

function checkDocker(host: ObservedHost, needed: number | undefined): Finding[] {
  const { name } = host.facts
  const { docker } = host
  if (!docker) {
    return [error(name, 'no Docker engine answers: run bootstrap-servers first')]
  }
  return checkRoom(name, [{ what: 'the images', bytes: needed ?? 0 }], docker)
}

/** RabbitMQ names its nodes by them, Galera and HAProxy their members. */
function checkHostnames(cloud: Cloud, views: readonly HostView[]): Finding[] {
  const first = new Map<string, string>()
  return views.flatMap((view) => {
    const hostname = shortHostname(view)
    const other = first.get(hostname)
    first.set(hostname, other ?? view.name)
    if (other !== undefined) {
      return [
        error(
          view.name,
          `has the same hostname as ${other}, ${hostname}: give one of them another (hostnamectl set-hostname)`,
        ),
      ]
    }
    const rabbit = servicesOn(cloud, view.name).some((service) => service.name === 'rabbitmq')
    if (rabbit && (hostname === 'localhost' || !/^[A-Za-z0-9_-]+$/.test(hostname))) {
      return [
        error(
          view.name,
          `RabbitMQ cannot name a node by the hostname ${JSON.stringify(hostname)}: set one of letters, digits and hyphens (hostnamectl set-hostname ${view.name})`,
        ),
      ]
    }
    return []
  })
}

export function error(host: string, message: string): Finding {
  return { severity: 'error', host, message }
}
