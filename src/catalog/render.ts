import type { HostFacts } from '../model/observed-host.js'
import type { Cloud } from '../model/cloud.js'
import type { Container } from './container.js'
import { reachable } from './haproxy-frontend.js'
import { contextOf } from './host-view.js'
import type { HostView, Network } from './host-view.js'
import { services } from './index.js'
import { componentsOf, logFolders } from './service.js'
import type { Component, Context, Probe, Service, Socket } from './service.js'

/** The enabled services that have a component on the host, in the catalogue's order. */
export function servicesOn(cloud: Cloud, hostName: string): Service[] {
  return services.filter((service) => componentsOn(cloud, service, hostName).length > 0)
}

/** The components of a service that the host runs, in the order of their start; none where it is not enabled. */
function componentsOn(cloud: Cloud, service: Service, hostName: string): Component[] {
  return enabledComponents(cloud, service).filter((component) =>
    hostsOf(cloud, component).includes(hostName),
  )
}

/** Whether a host has a component, by kolla-ansible's name of its container. */
export function runsOn(cloud: Cloud, hostName: string, container: string): boolean {
  return services.some((service) =>
    componentsOn(cloud, service, hostName).some((it) => it.container === container),
  )
}

function hostsOf(cloud: Cloud, { group, firstHostOnly }: Component): readonly string[] {
  const hosts = cloud.groups.get(group) ?? []
  return firstHostOnly?.(cloud) === true ? hosts.slice(0, 1) : hosts
}

function enabledComponents(cloud: Cloud, service: Service): Component[] {
  return service.enabled(cloud.globals) ? componentsOf(service, cloud.globals) : []
}

/** Services whose containers need keys of the cloud's own Ceph. */
export function cephClientsOf(cloud: Cloud): string[] {
  const { globals } = cloud
  if (!globals.enable_ceph) return []
  const isClient = (service: Service) =>
    enabledComponents(cloud, service).some((it) => (it.cephUsers?.(globals) ?? []).length > 0)
  return services.filter(isClient).map(({ name }) => name)
}

/** Containers by which machines of their host run. */
export function carriersOf(cloud: Cloud): string[] {
  const all = services.flatMap((service) => enabledComponents(cloud, service))
  return all.filter((it) => it.carriesMachines).map(({ container }) => container)
}

/** Every host of a service, in the inventory's order. */
export function membersOf(cloud: Cloud, service: Service): string[] {
  const names = new Set(
    enabledComponents(cloud, service).flatMap((component) => hostsOf(cloud, component)),
  )
  return cloud.hosts.map((host) => host.name).filter((name) => names.has(name))
}

/** Hosts of a group, in the inventory's order; nobody where the services that it is for are not enabled. */
export function groupOf(cloud: Cloud, group: string): readonly string[] {
  const isFor = (component: Component) => component.group === group
  const own = services.filter((service) => service.components.some(isFor))
  const off = own.length > 0 && !own.some((it) => enabledComponents(cloud, it).some(isFor))
  return off ? [] : (cloud.groups.get(group) ?? [])
}

/**
 * Every container that the host must run, files included: the same input gives the same bytes. Holds secrets. Needs
 * the facts of all hosts that are in a group of an enabled service.
 */
export function renderHost(
  cloud: Cloud,
  facts: readonly HostFacts[],
  hostName: string,
): Container[] {
  return collect(cloud, facts, hostName, (component, ctx) =>
    component.containers(ctx).map((container) => ({ ...container, ...restart(ctx.host) })),
  )
}

/** Nothing for the one that is implied. */
function restart({ globals }: HostView): Pick<Container, 'restartPolicy'> {
  const { docker_restart_policy: name, docker_restart_policy_retry: retries } = globals
  if (name === 'unless-stopped') return {}
  return { restartPolicy: name === 'on-failure' ? { name, retries } : { name } }
}

/** Memory that the host's containers take at rest, in MiB; of several OSDs it counts one. */
export function memoryOf(cloud: Cloud, hostName: string): number {
  const each = services.map((service) => {
    const { memory = 20 } = service
    return memory * componentsOn(cloud, service, hostName).length
  })
  return each.reduce((sum, one) => sum + one, 0)
}

/** Every socket that the host's containers will open. */
export function socketsOf(cloud: Cloud, facts: readonly HostFacts[], hostName: string): Socket[] {
  return collect(cloud, facts, hostName, (component, ctx) => component.ports(ctx))
}

/** What proves that one service works on the host, or one container of it; empty where it does not run there. */
export function probesOf(
  cloud: Cloud,
  facts: readonly HostFacts[],
  hostName: string,
  serviceName: string,
  container?: string,
): Probe[] {
  return collect(cloud, facts, hostName, (component, ctx, service) => {
    const isAsked =
      service.name === serviceName && component.container === (container ?? component.container)
    return isAsked ? component.health(ctx) : []
  })
}

/** Names of the frontends by which HAProxy sends clients to a container. */
export function frontendNamesOf(cloud: Cloud, container: string): string[] {
  const own = services
    .filter((service) => service.enabled(cloud.globals))
    .flatMap((service) => componentsOf(service, cloud.globals))
    .filter((component) => component.container === container)
  return own.flatMap((component) => reachable(cloud, component).map(({ name }) => name))
}

/** Folders of the logs of services, by their names. */
export function logFoldersOf(names: readonly string[]): string[] {
  return services.filter((service) => names.includes(service.name)).flatMap(logFolders)
}

/** Networks on which the host must have an address: all that its services use. */
export function networksOf(cloud: Cloud, hostName: string): Network[] {
  const used = servicesOn(cloud, hostName).flatMap((service) => service.networks ?? [])
  return [...new Set<Network>(['api', ...used])]
}

/** Names in passwords.yml that the enabled services need, sorted. */
export function requiredPasswords(cloud: Pick<Cloud, 'globals'>): string[] {
  const enabled = services.filter((service) => service.enabled(cloud.globals))
  return [...new Set(enabled.flatMap((service) => service.passwords))].sort()
}

function collect<Item>(
  cloud: Cloud,
  facts: readonly HostFacts[],
  hostName: string,
  of: (component: Component, ctx: Context, service: Service) => readonly Item[],
): Item[] {
  const ctx = contextOf(cloud, facts, hostName)
  return services.flatMap((service) =>
    componentsOn(cloud, service, hostName).flatMap((component) => of(component, ctx, service)),
  )
}
