import { isContainer } from './change.js'
import type { Change } from './change.js'
import type { ReleaseSummary, Versions } from './release-record.js'
import { partsOf, runbook } from './runbook.js'
import type { PartName } from './runbook.js'
import { hasMoved, schemasIn, schemasOnTheWayBack } from './schemas.js'
import type { Schemas } from './schemas.js'

/** One part of an upgrade or a rollback: what is replaced together on one host after the other. */
export interface UpgradeStep {
  /** As an operator calls it: `loadbalancer` is HAProxy and keepalived. */
  readonly name: PartName
  readonly services: readonly string[]
  /** In the order in which they are replaced. */
  readonly hosts: readonly string[]
}

/** What data must do for a rollback: nothing, be copied from members that still have the old MariaDB, or be restored. */
export type DatabaseWayBack = 'stays' | 'rejoin' | 'restore'

/** What the parts of an operation are called, in its runbook and where their times are remembered. */
export const titles = {
  pull: 'Pull images',
  backUp: 'Back up mariadb',
  prove: 'Prove the backup',
  upgrade: (name: PartName) => `Upgrade ${name}`,
  finish: 'Finish the upgrade',
  rollBack: (name: string) => `Roll ${name} back`,
  prepare: 'Prepare the backup',
  restore: 'Restore the database',
  join: 'Join the other members',
  register: 'Register what the record has',
  verify: 'Verify',
} as const

/** Service → what it has been given once. */
export type KindsOfOneShots = Readonly<Record<string, { readonly kinds: readonly string[] }>>

/** Whether one of its services works on a database. */
export function worksOnData(
  { services }: Pick<UpgradeStep, 'services'>,
  oneShots: KindsOfOneShots,
): boolean {
  return services.some((service) => oneShots[service]?.kinds.includes('databases'))
}

/** Who is replaced when. The host that holds the floating address is the last of the load balancers. */
export function upgradeSteps(
  changes: readonly Change[],
  members: Readonly<Record<string, readonly string[]>>,
  holder?: string,
): UpgradeStep[] {
  return runbook.flatMap(({ part: name, services }) => {
    const own: readonly string[] = services
    const changed = new Set(
      changes
        .filter((change) => own.includes(change.service) && isContainer(change))
        .map((change) => change.host),
    )
    const all = new Set(own.flatMap((service) => members[service] ?? []))
    const hosts = [...all].filter((host) => changed.has(host))
    const last = name === 'loadbalancer' ? hosts.filter((host) => host === holder) : []
    const first = hosts.filter((host) => !last.includes(host))
    return hosts.length > 0 ? [{ name, services, hosts: [...first, ...last] }] : []
  })
}

/** Changed services that no step takes to another release: a cloud with such is not to be left half-way. */
export function withoutStep(changes: readonly Change[]): string[] {
  const others = changes.filter(
    ({ service, action }) => action !== 'remove' && partsOf([service]).length === 0,
  )
  return [...new Set(others.map((change) => change.service))]
}

/**
 * What can't be undone by starting the previous containers, in the order in which it comes. `schemas`: services that have
 * one.
 */
export function pointsOfNoReturn(
  steps: readonly UpgradeStep[],
  schemas: readonly string[],
): string[] {
  const has = (name: PartName) => steps.some((step) => step.name === name)
  const changed = steps.flatMap(({ services }) => services.filter((it) => schemas.includes(it)))
  return [
    ...(has('mariadb')
      ? [
          'the last MariaDB: before it, a rollback copies the data from a member that is still old; after it, it restores the backup, and what was written since is lost',
        ]
      : []),
    ...(has('rabbitmq') ? ["RabbitMQ's feature flags: once on, they stay on"] : []),
    ...(changed.length > 0
      ? [
          `the expansion of the first schema that has anything to migrate, of ${changed.join(', ')}: from then on a rollback restores the backup`,
        ]
      : []),
    ...(has('ceph-mon')
      ? [
          'the last monitor of Ceph, where its major release changes: from then on a rollback leaves Ceph where it is and takes the rest back',
        ]
      : []),
    ...(has('ceph-osd')
      ? ["Ceph's require-osd-release, set at the end: OSDs of older releases are refused"]
      : []),
  ]
}

/** A member of the Galera cluster, as far as it tells who could copy from it. */
interface Member {
  readonly host: string
  /** Of its MariaDB; empty where it does not run. */
  readonly version: string
  /** Of OpenStack, that one is of that does not run. */
  readonly release?: string
  readonly data?: 'none' | 'unfinished' | 'moving' | 'complete'
  /** Id of the backup that its data were restored from. */
  readonly restored?: string
}

/**
 * How the database can go back to a record; undefined where members have the record's MariaDB, but none tells how far
 * its `schemas` were migrated. A backup holds all of them: one that has moved takes the others back with it.
 */
export function databaseWayBack(
  members: readonly Member[],
  schemas: Schemas | undefined,
  record: Pick<ReleaseSummary, 'release' | 'to' | 'backup'> & {
    readonly versions: Pick<Versions, 'mariadb' | 'schemas' | 'schema'>
  },
): DatabaseWayBack | undefined {
  const { versions } = record
  if (members.length === 0) return 'stays'
  const old = members.filter(({ version }) => version === versions.mariadb)
  if (old.length === 0) return silentDonors(members, record).length > 0 ? undefined : 'restore'
  if (!schemas) return undefined
  if (schemasOnTheWayBack(schemas, schemasIn(versions) ?? {}).some(hasMoved)) return 'restore'
  return old.length === members.length ? 'stays' : 'rejoin'
}

/**
 * Members of the record's release that do not run, with whole data: others could copy from them, or they know that they
 * could not. Once the record's backup was put back, such a member is what the restore has made.
 */
export function silentDonors(
  members: readonly Member[],
  { release, to, backup }: Pick<ReleaseSummary, 'release' | 'to' | 'backup'>,
): string[] {
  // Of an upgrade to other images of the same release nothing tells old and new apart.
  if (release === to) return []
  if (backup && members.some(({ restored }) => restored === backup.id)) return []
  return members
    .filter((it) => it.version === '' && it.release === release && it.data === 'complete')
    .map(({ host }) => host)
}

/** How many hosts of a step are replaced at once: `1`, `3`, `50%` of them, at least one. */
export function batchSize(batch: number | string, hosts: number): number {
  const percent = /^(\d+)%$/.exec(String(batch))?.[1]
  const size = percent === undefined ? Number(batch) : Math.floor((Number(percent) * hosts) / 100)
  return Math.max(1, Math.min(size, hosts))
}
