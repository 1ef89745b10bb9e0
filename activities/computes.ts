import type { OpenStackApi } from '../src/host/openstack-api.js'
import type { Finding } from '../src/model/finding.js'
import { leaveNote, removeNote } from '../src/host/notes.js'
import { busyMachines, isBusy, isMoving } from '../src/plan/busy-machines.js'
import {
  leftBehind,
  nameless,
  reporting,
  silentComputes,
  strayComputes,
  whyNotForgotten,
} from '../src/plan/computes.js'
import type { Leaving, Machine } from '../src/plan/computes.js'
import { isNamed } from '../src/plan/openstack-health.js'
import { notes } from '../src/plan/drained.js'
import type { NamedHost, NetworkAgent, NovaService } from '../src/plan/openstack-health.js'
import { HostUnreachable } from '../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { badInput } from './failures.js'
import { lookUntil } from './look-until.js'
import { lastMigration, migrate } from './migration.js'
import type { Migration } from './migration.js'
import { administer } from './openstack.js'
import { forget } from './one-shots.js'
import { allHypervisors, namedHosts } from './openstack-health.js'

/** Who disables computes. */
type Drainer = 'drain-compute' | 'upgrade'

/** What stands as the reason of a service that one of them disabled. */
const reasonOf = (by: Drainer) => `kolla-temporal ${by}`

/** How the reason begins with which Nova disables a host by itself, whose libvirt is away: it enables it by itself, too. */
const novas = 'AUTO: '

/** How long until machines, or a host, that are waited for are looked at again, in milliseconds. */
const LOOKING = 5_000

/** How long is waited until a host reports, or is silent: Nova and Neutron take for alive what was heard of up to 75 s ago. */
const SILENCE = 90_000

/** A machine as a payload between steps. */
export interface MachineName {
  readonly id: string
  readonly name: string
  /** Shut off: nothing that is done on its host interrupts it. */
  readonly isOff?: true
}

export function computeActivities(contexts: CloudContexts) {
  return {
    /** Lets no more machines start on a host; returns Nova's name of it. @throws ApplicationFailure `BadInput` where it is unknown, or down */
    async disableCompute(
      ref: CloudRef,
      host: string,
      by: Drainer = 'drain-compute',
    ): Promise<string> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      const look = () => computeService(cloud, api, host)
      // An upgrade has just replaced the conductors that computes report through.
      const service = await (by === 'upgrade' ? whenItReports(host, look) : look())
      if (service.state === 'down') {
        const message =
          'its nova-compute is down, so nothing can be migrated from there: start it, or where the host is dead, `openstack server evacuate` each machine'
        throw badInput([{ severity: 'error', host, message }])
      }
      const { status, disabled_reason: why } = service
      const isNoPersons = by === 'upgrade' ? why?.startsWith(novas) : why === reasonOf('upgrade')
      if (status === 'enabled' || isNoPersons === true) {
        if (by === 'upgrade') await leaveNote(cloud.remote(host), notes.compute)
        const body = { status: 'disabled', disabled_reason: reasonOf(by) }
        await api.call('PUT', 'compute', `os-services/${service.id}`, body)
      }
      if (by === 'drain-compute') await forgetUpgrade(cloud, host)
      return service.host
    },

    async enableCompute(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      const { id, status } = await computeService(cloud, api, host)
      if (status !== 'enabled') {
        await api.call('PUT', 'compute', `os-services/${id}`, { status: 'enabled' })
      }
      await forgetUpgrade(cloud, host)
    },

    /** Enables a host that an upgrade has disabled, and none that somebody else has. */
    async reenableCompute(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await enableAgain(cloud, await administer(cloud), host)
      await forgetUpgrade(cloud, host)
    },

    /** The same as soon as it reports: the scheduler sends no machine to a host that is down, whoever has enabled it. */
    async openCompute(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      await whenItReports(host, () => computeService(cloud, api, host))
      await enableAgain(cloud, api, host)
      await forgetUpgrade(cloud, host)
    },

    /** Machines of all projects on a host, by Nova's name of it. */
    async listMachines(ref: CloudRef, host: string): Promise<MachineName[]> {
      const machines = await machinesOn(await administer(await contexts.get(ref)), host)
      return machines.map(({ id, name, status }) => {
        return { id, name, ...(status === 'SHUTOFF' && { isOff: true as const }) }
      })
    },

    /**
     * Machines of all projects that are being built, moved or changed otherwise, or those of one host, and that come to it;
     * where there are any, they are waited for so many seconds. Returns those that are left, in a few words each.
     *
     * @param among UUIDs of machines, if no others are to be waited for
     */
    async awaitMachines(
      ref: CloudRef,
      seconds: number,
      host?: string,
      among?: readonly string[],
    ): Promise<string[]> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      const named = namedHosts(cloud).find((it) => it.name === host)
      return untilNone(seconds, async () => {
        const all = await allMachines(api)
        const awaited = all.filter(({ id }) => among?.includes(id) ?? true)
        return named ? machinesOf(api, awaited, named) : awaited
      })
    },

    /** UUIDs of all machines that something is being done with. */
    async listBusyMachines(ref: CloudRef): Promise<string[]> {
      const machines = await allMachines(await administer(await contexts.get(ref)))
      return machines.filter(isBusy).map(({ id }) => id)
    },

    /**
     * Machines that are on their way to a host, by Nova's name of it, which was disabled while they were; they are waited
     * for so many seconds. Returns those that are still on it, in a few words each.
     */
    async awaitArrivals(ref: CloudRef, seconds: number, host: string): Promise<string[]> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      const named = namedHosts(cloud).find((it) => isNamed(it, host)) ?? { name: host }
      return untilNone(seconds, () => machinesToCome(api, named))
    },

    /** Compute hosts whose nova-compute does not report, though nobody has said that it is down. */
    async checkComputes(ref: CloudRef): Promise<Finding[]> {
      const cloud = await contexts.get(ref)
      const services = await computeServices(await administer(cloud))
      return silentComputes(services, namedHosts(cloud))
    },

    /** Brings a machine from a host to another that the scheduler chooses. Undefined, or why it stayed. */
    async migrateMachine(ref: CloudRef, host: string, id: string): Promise<string | undefined> {
      return migrate(await administer(await contexts.get(ref)), host, id)
    },

    /**
     * Has Nova, Neutron and Placement forget a host; returns what was taken away.
     *
     * @throws ApplicationFailure `BadInput` while it is in use
     */
    async forgetCompute(ref: CloudRef, host: string): Promise<ForgottenCompute> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      const leaving = await lookWhenSilent(cloud, api, host)
      const findings = whyNotForgotten(leaving)
      if (findings.length > 0) throw badInput(findings)
      const { services, agents } = leftBehind(leaving)
      const names = new Set([
        host,
        ...services.map((it) => it.host),
        ...(await hypervisorsOf(api, services)),
      ])
      // Nova takes a host out of its cell with its service: one that comes back by the same name must be mapped anew.
      if (services.length > 0) await forget(cloud, 'nova-cell', 'discovery')
      for (const { id } of services) await api.call('DELETE', 'compute', `os-services/${id}`)
      for (const { id } of agents) await api.call('DELETE', 'network', `agents/${id}`)
      if (services.length > 0) await forgetUpgrade(cloud, host)
      const providers = await forgetProviders(api, [...names])
      const removed = [...services, ...agents].map(({ binary }) => binary)
      const others = removed.length === 0 ? strayComputes(leaving.services, namedHosts(cloud)) : []
      return {
        removed: [...removed, ...providers.removed],
        warnings: [...others, ...providers.warnings],
      }
    },
  }
}

/** Looks again for so many seconds while something is being done with any; returns what is left, in a few words each. */
function untilNone(seconds: number, look: () => Promise<readonly Machine[]>): Promise<string[]> {
  return lookUntil(
    async () => busyMachines(await look()),
    (busy) => (busy.length === 0 ? undefined : `waiting for ${busy.join(', ')}`),
    { patience: seconds * 1000, pause: LOOKING },
  )
}

export interface ForgottenCompute {
  /** `nova-compute`, `neutron-openvswitch-agent`, `resource provider kolla2` */
  readonly removed: readonly string[]
  readonly warnings: readonly Finding[]
}

/** A host that is leaving, once nothing reports from there any more, or for so long that it is not going to end. */
function lookWhenSilent(cloud: CloudContext, api: OpenStackApi, host: string): Promise<Leaving> {
  return lookUntil(
    () => lookAt(cloud, api, host),
    (leaving) => {
      const { isCompute, machines, nameless = [] } = leaving
      const names = reporting(leaving)
      const isRefused = isCompute || machines.length > 0 || nameless.length > 0
      if (isRefused || names.length === 0) return undefined
      return `waiting until ${names.join(', ')} of ${host} is silent`
    },
    { patience: SILENCE, pause: LOOKING },
  )
}

/** A nova-compute that was replaced a moment ago, or whose conductor was, counts as down for a while. */
function whenItReports(host: string, look: () => Promise<NovaService>): Promise<NovaService> {
  return lookUntil(
    look,
    ({ state }) => (state === 'down' ? `waiting until nova-compute of ${host} reports` : undefined),
    { patience: SILENCE, pause: LOOKING },
  )
}

async function computeService(
  cloud: CloudContext,
  api: OpenStackApi,
  host: string,
): Promise<NovaService> {
  const services = await computeServices(api)
  const found = serviceOf(cloud, services, host)
  if (found) return found
  const known = services.map((it) => it.host).join(', ') || 'none'
  const message = `Nova knows no compute host ${host}: it knows ${known}`
  throw badInput([{ severity: 'error', message }])
}

function serviceOf(
  cloud: CloudContext,
  services: readonly NovaService[],
  host: string,
): NovaService | undefined {
  const named = namedHosts(cloud).find((it) => isNamed(it, host)) ?? { name: host }
  return services.find((it) => it.host === host) ?? services.find((it) => isNamed(named, it.host))
}

/** Enables a host that an upgrade has disabled, and none that somebody else has. Nova may have forgotten it since. */
async function enableAgain(cloud: CloudContext, api: OpenStackApi, host: string): Promise<void> {
  const service = serviceOf(cloud, await computeServices(api), host)
  if (service?.status !== 'disabled' || service.disabled_reason !== reasonOf('upgrade')) return
  await api.call('PUT', 'compute', `os-services/${service.id}`, { status: 'enabled' })
}

/** As `reenableCompute`, on a host that answers: without its note nobody would know. */
export async function takeBackCompute(cloud: CloudContext, host: string): Promise<void> {
  await enableAgain(cloud, await administer(cloud), host)
  await removeNote(cloud.remote(host), notes.compute)
}

/**
 * Whatever an upgrade that was ended by force has left is a person's from now on. On a host that is away its note may
 * stay: the reason that Nova keeps decides.
 */
async function forgetUpgrade(cloud: CloudContext, host: string): Promise<void> {
  const own = namedHosts(cloud).find((it) => isNamed(it, host))
  if (!own) return
  try {
    await removeNote(cloud.remote(own.name), notes.compute)
  } catch (error) {
    if (!(error instanceof HostUnreachable)) throw error
  }
}

async function computeServices(api: OpenStackApi): Promise<NovaService[]> {
  const path = 'os-services?binary=nova-compute'
  const { services } = await api.call<{ services: NovaService[] }>('GET', 'compute', path)
  return services
}

/** Of all hosts. */
function allMachines(api: OpenStackApi): Promise<Machine[]> {
  return api.listAll('servers/detail', 'servers', { all_tenants: '1' })
}

/** Machines of a host, and those that come to it or leave it: Nova gives a machine that moves to one of both hosts alone. */
async function machinesOf(
  api: OpenStackApi,
  all: readonly Machine[],
  host: NamedHost,
): Promise<Machine[]> {
  const own: Machine[] = []
  for (const machine of all) {
    const { id, 'OS-EXT-SRV-ATTR:host': on } = machine
    if (isCalled(host, on) || (isMoving(machine) && (await takesPart(api, id, host))))
      own.push(machine)
  }
  return own
}

/** Whether a machine that moves does so from or to a host, or may: where to may not have been chosen yet. */
async function takesPart(api: OpenStackApi, id: string, host: NamedHost): Promise<boolean> {
  const last = await lastMigration(api, id)
  return mayCome(last, host) || isCalled(host, last?.source_compute)
}

function mayCome(last: Migration | undefined, host: NamedHost): boolean {
  return last !== undefined && (last.dest_compute === null || isCalled(host, last.dest_compute))
}

/** Whether Nova's name of a host, where it tells one, is that of this host. */
function isCalled(host: NamedHost, name: string | null = null): boolean {
  return name !== null && isNamed(host, name)
}

/** Machines that are on other hosts, and on their way to this one. */
async function machinesToCome(api: OpenStackApi, host: NamedHost): Promise<Machine[]> {
  const coming: Machine[] = []
  for (const machine of await allMachines(api)) {
    const { id, 'OS-EXT-SRV-ATTR:host': on, 'OS-EXT-STS:task_state': task } = machine
    if (!isMoving(machine) || isCalled(host, on)) continue
    const last = await lastMigration(api, id)
    // A resize that is taken back comes to where it began.
    const comesBack = task === 'resize_reverting' && isCalled(host, last?.source_compute)
    if (comesBack || mayCome(last, host)) coming.push(machine)
  }
  return coming
}

function machinesOn(api: OpenStackApi, host: string): Promise<Machine[]> {
  return api.listAll('servers/detail', 'servers', { host, all_tenants: '1' })
}

async function lookAt(cloud: CloudContext, api: OpenStackApi, host: string): Promise<Leaving> {
  const hosts = namedHosts(cloud)
  const inventory = hosts.find((it) => isNamed(it, host))
  const { services } = await api.call<{ services: NovaService[] }>('GET', 'compute', 'os-services')
  const { agents } = await api.call<{ agents: NetworkAgent[] }>('GET', 'network', 'agents')
  const isIn = (group: string) =>
    inventory !== undefined && (cloud.cloud.groups.get(group) ?? []).includes(inventory.name)
  const known = { host, isCompute: isIn('compute'), isNetwork: isIn('network'), services, agents }
  const own = hosts.filter(({ name }) => !cloud.isShared(name))
  const leaving = {
    ...known,
    ...(inventory && { inventory }),
    ...(!inventory && { nameless: nameless(own, [...services, ...agents]) }),
    machines: [],
  }
  const names = new Set([host, ...leftBehind(leaving).services.map((it) => it.host)])
  const machines = await Promise.all([...names].map((name) => machinesOn(api, name)))
  return { ...leaving, machines: machines.flat() }
}

async function hypervisorsOf(
  api: OpenStackApi,
  services: readonly NovaService[],
): Promise<string[]> {
  const hypervisors = await allHypervisors(api)
  const hosts = services.map((it) => it.host)
  return hypervisors
    .filter((it) => hosts.includes(it.service.host))
    .map((it) => it.hypervisor_hostname)
}

/** Nova takes its provider away with the service; what it could not is looked for by name. */
async function forgetProviders(
  api: OpenStackApi,
  names: readonly string[],
): Promise<ForgottenCompute> {
  const removed: string[] = []
  const warnings: Finding[] = []
  for (const name of names) {
    const query = new URLSearchParams({ name }).toString()
    const { resource_providers: providers } = await api.call<{
      resource_providers: readonly { uuid: string }[]
    }>('GET', 'placement', `resource_providers?${query}`)
    for (const { uuid } of providers) {
      const path = `resource_providers/${uuid}`
      const { allocations } = await api.call<{ allocations: Record<string, unknown> }>(
        'GET',
        'placement',
        `${path}/allocations`,
      )
      const consumers = Object.keys(allocations)
      if (consumers.length === 0) {
        await api.call('DELETE', 'placement', path)
        removed.push(`resource provider ${name}`)
      } else {
        const message = `Placement still has allocations of ${consumers.join(', ')} on ${name}: \`openstack resource provider allocation delete\` those that are no machines any more, and run this again`
        warnings.push({ severity: 'warning', message })
      }
    }
  }
  return { removed, warnings }
}
