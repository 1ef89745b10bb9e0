import { ApplicationFailure } from '@temporalio/common'
import type { DatabaseState, PlannedRollback } from '../activities/index.js'
import type { Finding } from '../src/model/finding.js'
import { canGoBack, describeDaemons } from '../src/plan/ceph/release.js'
import type { CephReleases } from '../src/plan/ceph/release.js'
import { summarize } from '../src/plan/format-plan.js'
import { comesBackWithData, formatRollback } from '../src/plan/format-rollback.js'
import { isSameSeries } from '../src/plan/migrations.js'
import { describeVersions } from '../src/plan/release-record.js'
import type { Versions } from '../src/plan/release-record.js'
import { schemasIn, schemasOnTheWayBack } from '../src/plan/schemas.js'
import type { Schemas } from '../src/plan/schemas.js'
import { checkHistories, checkHistoriesBesides } from '../src/plan/galera-histories.js'
import { runbook } from '../src/plan/runbook.js'
import {
  describeStarted,
  hostsOfOtherLibvirt,
  unseenMachines,
} from '../src/plan/started-machines.js'
import type { StartedMachines } from '../src/plan/started-machines.js'
import { databaseWayBack, titles } from '../src/plan/upgrade-plan.js'
import type { DatabaseWayBack, UpgradeStep } from '../src/plan/upgrade-plan.js'
import { Control } from './control.js'
import { giveBack, giveBackFirst } from './give-back.js'
import { othersOf, putBack, roomToRestore, settle } from './mariadb.js'
import { inspect, observe, onAll, operate, refuse, together, verify } from './operate.js'
import type { Operation } from './operate.js'
import type { OperationResult, RollbackInput } from './operations.js'
import { findOrphans } from './orphans.js'
import { carryOutPart } from './parts.js'
import { rememberTimes } from './remember.js'
import { removeUnwanted } from './removals.js'
import { Run } from './run.js'
import { inOrder } from './services/ceph-upgrade.js'
import { protocolOf, replaceOnHost } from './services/index.js'
import type { Attempt } from './services/protocol.js'
import { startIdleNodes } from './services/rabbitmq.js'
import { Stages } from './stages.js'
import { step } from './steps.js'
import { unpackPlan } from './unpack-plan.js'
import { turnOfThisRun } from './turn.js'

/** Takes the cloud back to a release record. */
export async function rollback(input: RollbackInput): Promise<OperationResult> {
  if (input.dryRun === true) return inspect('rollback', input, (it) => show(it, input.record))
  const stages = new Stages()
  const control = new Control(stages)
  return operate('rollback', input, (operation) => rollBack(operation, control, input), stages)
}

/** What a rollback would do. */
async function show(operation: Operation, record: string | undefined): Promise<OperationResult> {
  const rollback = await planRollback(operation, record)
  const { changes, findings } = rollback.plan
  return { changes, warnings: findings, summary: describe(rollback) }
}

/** What a rollback works with. */
interface Rollback {
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

function describe({ plan, database, way, schemas, stays }: Rollback): string {
  const record = { ...plan.record, versions: versionsOf(plan) }
  const moved = schemas && schemasOnTheWayBack(schemas, schemasIn(record.versions) ?? {})
  const donors = donorsOf(plan, database)
  return formatRollback({ ...plan, record, way, stays, donors, schemas: moved ?? [] })
}

/** What will run: a Ceph that stays is none of the record's. */
function versionsOf({ record: { versions }, cephTag }: PlannedRollback): Versions {
  return cephTag === undefined ? versions : { ...versions, ceph: '' }
}

export async function rollBack(
  operation: Operation,
  control: Control,
  {
    record: id,
    confirm,
    onFailure,
  }: Pick<RollbackInput, 'record' | 'onFailure'> & { readonly confirm?: boolean | 'ask' },
): Promise<OperationResult> {
  control.goBack(onFailure)
  const begun = operation.stages.count
  const skippedBefore = control.skipped.length
  const rollback = await (confirm === 'ask'
    ? planAgreed(operation, control, id)
    : planRollback(operation, id))
  const { plan, way } = rollback
  const { record, changes } = plan
  const description = describe(rollback)
  if (way === 'restore' && confirm !== true && confirm !== 'ask') {
    throw unconfirmed(plan, description)
  }
  operation.stages.plan(description)
  if (plan.pulls.length > 0) {
    await operation.stages.run(titles.pull, () =>
      onAll(plan.pulls, ({ host, images }) => step('pullImages', host, plan.ref, host, images)),
    )
  }
  const run = new Run(plan, operation.stages)
  const attempt: Attempt = (title, body) => control.attempt(title, body)
  await attempt('what was left drained', () => giveBackFirst(run))
  // What stands by, or works on the database, would go on as if nothing were undone.
  await removeUnwanted(run, attempt)
  await startIdleNodes(run, attempt)
  let isRestored = false
  if (way === 'restore') {
    for (const { name } of plan.steps.filter((part) => comesBackWithData(part, way, plan))) {
      await protocolOf(name).beforeOlder?.(run, attempt)
    }
    isRestored = await restoreData(operation, control, rollback, run)
  }
  const parts = plan.steps.filter((part) => !comesBackWithData(part, way, plan))
  await inOrder(run, parts, async (part) => {
    await operation.stages.run(titles.rollBack(part.name), async () => {
      await protocolOf(part.name).beforeOlder?.(run, attempt)
      const { name, services, hosts } = part
      if (name === 'mariadb') {
        await mariadbBack(run, part, rollback, attempt)
        return
      }
      const replacement = { part: { name, services }, by: 'older', evacuate: false } as const
      await carryOutPart(
        run,
        control,
        replacement,
        hosts.map((host) => [host]),
      )
    })
  })
  await attempt('computes that were left disabled', () => giveBack(run, 'computes'))
  await operation.stages.run(titles.register, () => renote(run, rollback))
  await operation.stages.run(titles.verify, () => verify(plan))
  const orphans = isRestored || wasRestored(rollback) ? await findOrphans(operation, plan.ref) : []
  const restored = way === 'restore' && control.skipped.length === 0
  if (restored) await settle(operation, plan.ref, run.members('mariadb'))
  const told = plan.steps.map(({ name, hosts }) => ({ title: titles.rollBack(name), hosts }))
  await rememberTimes(operation, 'rollback', told, begun)
  const data = isRestored ? ` Its data are those of ${record.backup?.at ?? ''}.` : ''
  const skipped = control.skipped.slice(skippedBefore)
  const left =
    skipped.length === 0 ? '' : ` Left undone: ${skipped.join(', ')}; roll back again to finish.`
  const pin = plan.cephTag === undefined ? '' : ` and ceph_tag: "${plan.cephTag}"`
  const summary = `back to ${record.id}: ${summarize(changes, true)}. It runs ${describeVersions(versionsOf(plan))}.${data}${left} Set openstack_release: "${record.release}"${pin} in globals.yml.`
  const unseen = unseenMachines(rollback.started)
  return { changes, warnings: [...plan.findings, ...run.findings, ...unseen, ...orphans], summary }
}

/** The plan that will be carried out: where it loses data, one that somebody has read and approved as it is now. */
async function planAgreed(
  operation: Operation,
  control: Control,
  id: string | undefined,
): Promise<Rollback> {
  let agreed: string | undefined
  for (;;) {
    const rollback = await planRollback(operation, id)
    const { digest } = rollback.plan
    if (rollback.way !== 'restore' || digest === agreed) return rollback
    const waiting = { kind: 'approval', what: describe(rollback), plan: digest } as const
    await operation.stages.run('Wait for an approval', () => control.approval(waiting))
    agreed = digest
  }
}

async function planRollback(
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
    if (way === undefined) throw untold()
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

/**
 * What works on the database is away while the data are put back; until they are ready for that, it goes on serving.
 * Returns whether they were put back, and not skipped.
 */
async function restoreData(
  operation: Operation,
  control: Control,
  { plan, database }: Rollback,
  run: Run,
): Promise<boolean> {
  const { backup } = plan.record
  if (!backup) return false // refused before
  const members = run.members('mariadb')
  const users = restoredServices(plan)
  const stop = () =>
    onAll(users, (service) =>
      onAll(run.members(service), (host) =>
        step('stopService', `${host} · ${service}`, run.ref, host, service),
      ),
    )
  const start = (service: string, hosts: readonly string[]) =>
    operation.stages.run(titles.rollBack(service), () =>
      onAll(hosts, (host) => step('startService', `${host} · ${service}`, run.ref, host, service)),
    )
  const inPlace = await control.attempt('the data of the record', async () => {
    await onAll(members, (host) =>
      step('writeConfiguration', `${host} · mariadb`, run.ref, host, ['mariadb']),
    )
    await putBack(operation, run.ref, { backup, backups: database.backups, members }, stop)
  })
  if (!inPlace) return false
  // From here on what fails is tried again alone: the others serve, or copy what would be thrown away.
  // Alone, and so sooner: from then on there is an API again, for which no pause is waited.
  for (const service of users) {
    const [first = ''] = run.members(service)
    await control.attempt(`the first ${service}`, () => start(service, [first]), 'at once')
  }
  await together(
    ...users.map((service) => () => {
      const others = run.members(service).slice(1)
      return control.attempt(`the other ${service}`, () => start(service, others))
    }),
    () =>
      operation.stages.run(titles.join, () =>
        onAll(othersOf({ backup, members }), (host) =>
          control.attempt(`mariadb on ${host}`, () => step('startMariadb', host, run.ref, host)),
        ),
      ),
  )
  return true
}

/** Services that work on a database, in the order of the runbook. */
function restoredServices({ oneShots }: PlannedRollback): string[] {
  const all = runbook.flatMap((line): readonly string[] => line.services)
  return all.filter((service) => oneShots[service]?.kinds.includes('databases'))
}

/**
 * What was registered for the newer release is as the record has it again, and noted so: the old one-shots must not run.
 * Nor must those whose notes a rollback that ended in between has taken away with the newer data.
 */
async function renote(run: Run, rollback: Rollback): Promise<void> {
  const changed = Object.entries(run.plan.oneShots).filter(
    ([service]) =>
      rollback.way === 'restore' || run.changed(service).length > 0 || run.due(service).length > 0,
  )
  await onAll(changed, ([service, { host }]) =>
    step('resumeOneShots', service, run.ref, host, service),
  )
}

/** Member by member; one that has newer data copies those of a member that still has the record's. */
async function mariadbBack(
  run: Run,
  part: UpgradeStep,
  rollback: Rollback,
  attempt: Attempt,
): Promise<void> {
  const donors = donorsOf(rollback.plan, rollback.database)
  for (const host of part.hosts) {
    await attempt(`${part.name} on ${host}`, () =>
      donors.includes(host) ? replaceOnHost(run, part, host, 'older') : rejoin(run, rollback, host),
    )
  }
}

/** The others still have the old MariaDB's data: the member copies them. */
async function rejoin(run: Run, { plan, database }: Rollback, host: string): Promise<void> {
  const [donor = ''] = donorsOf(plan, database)
  await step('rejoinMariadb', host, run.ref, host, donor, turnOfThisRun())
}

/** Members that still have the record's MariaDB. */
function donorsOf({ record }: PlannedRollback, { members }: DatabaseState): string[] {
  const old = members.filter(({ version }) => version === record.versions.mariadb)
  return old.map(({ host }) => host)
}

/** Whether a rollback to this record has put its data in place, and was ended before it had told what they do not know. */
function wasRestored({ plan: { record }, database }: Rollback): boolean {
  const { backup } = record
  return backup !== undefined && database.members.some(({ restored }) => restored === backup.id)
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
  return ApplicationFailure.nonRetryable(
    'no monitor of Ceph answers, so that nobody knows whether it can go back: bring a quorum back first',
    'BadInput',
  )
}

function untold(): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    'no MariaDB answers, so that nobody knows how far its schemas were migrated and whether data must be restored: recover it first (mariadb-recovery)',
    'BadInput',
  )
}

function unconfirmed({ record }: PlannedRollback, description: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `${record.id}: every MariaDB or a schema is of the newer release, so the database goes back to ${record.backup?.at ?? ''}, and what was written since is lost: confirm it (--confirm, or "confirm": true). The plan:\n${description}`,
    'BadInput',
  )
}
