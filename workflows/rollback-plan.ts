import type { ApplicationFailure } from '@temporalio/common'
import type { DatabaseState, PlannedRollback } from '../activities/index.js'
import type { Finding } from '../src/model/finding.js'
import { canGoBack, describeDaemons } from '../src/plan/ceph/release.js'
import type { CephReleases } from '../src/plan/ceph/release.js'
import { formatRollback } from '../src/plan/format-rollback.js'
import { checkHistories, checkHistoriesBesides } from '../src/plan/galera-histories.js'
import { isSameSeries } from '../src/plan/migrations.js'
import type { Versions } from '../src/plan/release-record.js'
import { schemasIn, schemasOnTheWayBack } from '../src/plan/schemas.js'
import type { Schemas } from '../src/plan/schemas.js'
import { describeStarted, hostsOfOtherLibvirt } from '../src/plan/started-machines.js'
import type { StartedMachines } from '../src/plan/started-machines.js'
import { databaseWayBack, silentDonors } from '../src/plan/upgrade-plan.js'
import type { DatabaseWayBack } from '../src/plan/upgrade-plan.js'
import { badInput } from './bad-input.js'
import { roomToRestore } from './mariadb.js'
import { observe, refuse } from './operate.js'
import type { Operation } from './operate.js'
import { step } from './steps.js'
import { unpackPlan } from './unpack-plan.js'

/** What a rollback works with. */
export interface Rollback {
  readonly plan: PlannedRollback
  readonly database: DatabaseState
  readonly way: DatabaseWayBack
  /** Where the schemas stand; undefined where no MariaDB tells. */
  readonly schemas: Schemas | undefined
  /** What can't go back, and what is done instead. */
  readonly stays: readonly string[]
  /** Machines that an older libvirt may not see. */
  readonly started: StartedMachines
}

export function describe({ plan, database, way, schemas, stays }: Rollback): string {
  const record = { ...plan.record, versions: versionsOf(plan) }
  const moved = schemas && schemasOnTheWayBack(schemas, schemasIn(record.versions) ?? {})
  const donors = donorsOf(plan, database)
  return formatRollback({ ...plan, record, way, stays, donors, schemas: moved ?? [] })
}

/** What will run: a Ceph that stays is none of the record's. */
export function versionsOf({ record: { versions }, cephTag }: PlannedRollback): Versions {
  return cephTag === undefined ? versions : { ...versions, ceph: '' }
}

/** Observes the cloud and plans its way back to a record (the last, by default). @throws for what can't be undone */
export async function planRollback(
  { cloud, stages }: Operation,
  id: string | undefined,
): Promise<Rollback> {
  return stages.run('Observe and plan', async () => {
    const { observed, unobserved } = await observe(cloud)
    refuse(unobserved)
    const { ref, record, gone } = await step('openRecord', id ?? 'the last one', cloud.ref, id)
    const [database, seen, ceph] = await Promise.all([
      step('inspectDatabase', cloud.name, ref),
      step('inspectMigrations', cloud.name, ref),
      step('inspectCeph', cloud.name, ref),
    ])
    const { ceph: recorded = '' } = record.versions
    if (recorded !== '' && !ceph) throw silentCeph()
    const cephStays = !ceph || !canGoBack(ceph, recorded)
    const all = unpackPlan(await step('planRollback', record.id, ref, observed, record, cephStays))
    const plan = { ...all, findings: [...leftOut(gone), ...all.findings] }
    const schemas = schemasIn(seen)
    const way = databaseWayBack(database.members, schemas, record)
    if (way === undefined) throw untold(silentDonors(database.members, record))
    refuse([
      ...plan.findings,
      ...checkDatabase(plan, database, way),
      ...olderRabbitmq(plan, seen.rabbitmq),
    ])
    const started = await machinesThatRun(plan)
    const stays = [
      ...flagsThatStay(plan, seen.rabbitmq),
      ...cephThatStays(plan, ceph),
      ...describeStarted(started),
    ]
    return { plan, database, way, schemas, stays, started }
  })
}

/** Members that still have the record's MariaDB. */
export function donorsOf({ record }: PlannedRollback, { members }: DatabaseState): string[] {
  const old = members.filter(({ version }) => version === record.versions.mariadb)
  return old.map(({ host }) => host)
}

/** An older libvirt does not know machines that began on a newer one. */
async function machinesThatRun({
  ref,
  record,
  changes,
}: PlannedRollback): Promise<StartedMachines> {
  const hosts = hostsOfOtherLibvirt(changes)
  if (hosts.length === 0) return { machines: [], more: 0, silent: [] }
  return step('listStartedMachines', record.id, ref, hosts, record.at)
}

function leftOut(gone: readonly string[]): Finding[] {
  return gone.map((host) => ({
    severity: 'warning',
    message: `${host} was of the record's cloud and is not in the inventory any more: it is left out`,
  }))
}

function checkDatabase(
  plan: PlannedRollback,
  database: DatabaseState,
  way: DatabaseWayBack,
): Finding[] {
  const { members } = database
  const { backup } = plan.record
  if (way === 'restore') return checkRestore(plan, database)
  // Who copies gives its own data up.
  return way === 'rejoin' && backup
    ? checkHistoriesBesides(backup.id, members)
    : checkHistories(members)
}

function checkRestore(plan: PlannedRollback, database: DatabaseState): Finding[] {
  const { backup } = plan.record
  const gone = withoutBackup(plan, database)
  if (!backup || gone.length > 0) return gone
  return roomToRestore(database, backup, "the record's database beside today's")
}

function withoutBackup(
  { record: { backup } }: PlannedRollback,
  { backups }: DatabaseState,
): Finding[] {
  if (!backup) {
    const message = 'the record has no backup of a database, and there is one now: keep it'
    return [{ severity: 'error', message: `${message}, or disable it first` }]
  }
  if (backups.some(({ id, host }) => id === backup.id && host === backup.host)) return []
  const message = `the backup ${backup.id} is gone from ${backup.host}, and without it the database can't go back`
  return [{ severity: 'error', host: backup.host, message }]
}

/** Ceph's older monitors are kept out by the cluster itself. */
function cephThatStays(
  { record, cephTag = '' }: PlannedRollback,
  ceph: CephReleases | undefined,
): string[] {
  if (cephTag === '') return []
  const runs = ceph ? describeDaemons(ceph) : 'daemons of which no monitor tells'
  const { ceph: recorded = 'what it was' } = record.versions
  return [
    `Ceph to ${recorded}: what its monitors keep can't be read by older ones. It stays as it is (${runs}) and serves the older release as well; besides openstack_release, globals.yml then needs ceph_tag: "${cephTag}"`,
  ]
}

/** Feature flags that are on stay on, and an older RabbitMQ does not know them. */
function olderRabbitmq({ record, members }: PlannedRollback, runs: string): Finding[] {
  if (runs === '' || isSameSeries(runs, record.versions.rabbitmq)) return []
  const hosts = members['rabbitmq'] ?? []
  const message = `RabbitMQ ${runs} can't go back to ${record.versions.rabbitmq}: its feature flags stay on. If its queues and streams may be lost, remove it with its data on ${hosts.join(', ')} (\`docker rm --force rabbitmq\`, then \`docker volume rm VOLUME\`, by default rabbitmq) and roll back again: it begins anew, and the services declare their queues themselves`
  return [{ severity: 'error', message }]
}

function flagsThatStay({ record, changes }: PlannedRollback, runs: string): string[] {
  if (runs === '' || !changes.some(({ service }) => service === 'rabbitmq')) return []
  return [
    `RabbitMQ's feature flags: what the upgrade turned on stays on, and RabbitMQ ${record.versions.rabbitmq} knows it`,
  ]
}

function silentCeph(): ApplicationFailure {
  return badInput(
    'no monitor of Ceph answers, so that nobody knows whether it can go back: bring a quorum back first',
  )
}

function untold(silent: readonly string[]): ApplicationFailure {
  const who = silent.length > 0 ? `MariaDB of ${silent.join(', ')}` : 'MariaDB'
  return badInput(
    `${who} does not run, or does not answer, so that nobody knows how far its schemas were migrated and whether data must be restored: start it (docker start mariadb), or recover it (mariadb-recovery), first`,
  )
}
