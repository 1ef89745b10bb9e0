import type { OpenStackApi } from '../src/host/openstack-api.js'
import { busyMachines, isBusy, isMoving } from '../src/plan/busy-machines.js'
import type { Machine } from '../src/plan/computes.js'
import { isNamed } from '../src/plan/openstack-health.js'
import type { NamedHost } from '../src/plan/openstack-health.js'
import type { CloudContexts, CloudRef } from './cloud-context.js'
import { LOOKING, lookUntil } from './look-until.js'
import { lastMigration, migrate } from './migration.js'
import type { Migration } from './migration.js'
import { administer } from './openstack.js'
import { namedHosts } from './openstack-health.js'

/** A machine as a payload between steps. */
export interface MachineName {
  readonly id: string
  readonly name: string
  /** Shut off: nothing that is done on its host interrupts it. */
  readonly isOff?: true
}

export function machineActivities(contexts: CloudContexts) {
  return {
    /** Machines of all projects on a host, by Nova's name of it, and those that have not quite left it. */
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

    /** Brings a machine from a host to another that the scheduler chooses. Undefined, or why it stayed. */
    async migrateMachine(ref: CloudRef, host: string, id: string): Promise<string | undefined> {
      return migrate(await administer(await contexts.get(ref)), host, id)
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

/**
 * Machines of all projects on a host, by Nova's name of it, and those that a cold migration has taken away and nobody has
 * confirmed: their owners can't start them, and their disks are still there, too.
 */
export async function machinesOn(api: OpenStackApi, host: string): Promise<Machine[]> {
  const list = (query: Readonly<Record<string, string>>) =>
    api.listAll<Machine>('servers/detail', 'servers', { ...query, all_tenants: '1' })
  const here = await list({ host })
  const away: Machine[] = []
  for (const machine of await list({ status: 'VERIFY_RESIZE' })) {
    const last = await lastMigration(api, machine.id)
    const isFromHere = last?.source_compute === host && last.migration_type === 'migration'
    if (isFromHere && machine['OS-EXT-SRV-ATTR:host'] !== host) away.push(machine)
  }
  return [...here, ...away]
}
