import { patched } from '@temporalio/workflow'
import type { ApplicationFailure } from '@temporalio/common'
import type { PlannedRollback } from '../activities/index.js'
import { summarize } from '../src/plan/format-plan.js'
import { comesBackWithData } from '../src/plan/format-rollback.js'
import { describeVersions } from '../src/plan/release-record.js'
import { runbook } from '../src/plan/runbook.js'
import { unseenMachines } from '../src/plan/started-machines.js'
import { titles } from '../src/plan/upgrade-plan.js'
import type { UpgradeStep } from '../src/plan/upgrade-plan.js'
import { badInput } from './bad-input.js'
import { Control } from './control.js'
import { giveBack, giveBackFirst } from './give-back.js'
import { othersOf, putBack, settle } from './mariadb.js'
import { Lanes } from './lanes.js'
import { inspect, onAll, operate, together, verify } from './operate.js'
import type { Operation } from './operate.js'
import type { OperationResult, RollbackInput } from './operations.js'
import { findOrphans } from './orphans.js'
import { carryOutPart } from './parts.js'
import { pullImages } from './pull-images.js'
import { rememberTimes } from './remember.js'
import { removeUnwanted } from './removals.js'
import { describe, donorsOf, planRollback, versionsOf } from './rollback-plan.js'
import type { Rollback } from './rollback-plan.js'
import { Run } from './run.js'
import { inOrder } from './services/ceph-upgrade.js'
import { protocolOf, replaceOnHost } from './services/index.js'
import type { Attempt } from './services/protocol.js'
import { startIdleNodes } from './services/rabbitmq.js'
import { Stages } from './stages.js'
import { step } from './steps.js'
import { turnOfThisRun } from './turn.js'

/**
 * Services whose programs load at once on a host after a restore. All of them together would take two processors for five
 * minutes, in which none does its work, and each is taken for one that failed.
 */
const LOADING = 2

/** What a person is asked about before a cloud goes back: about machines alone, or about data that are lost, too. */
type Asking = 'ask' | 'of machines'

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

export async function rollBack(
  operation: Operation,
  control: Control,
  {
    record: id,
    confirm,
    onFailure,
  }: Pick<RollbackInput, 'record' | 'onFailure'> & { readonly confirm?: boolean | Asking },
): Promise<OperationResult> {
  control.goBack(onFailure)
  const begun = operation.stages.count
  const skippedBefore = control.skipped.length
  const asks = typeof confirm === 'string'
  const rollback = await (asks
    ? planAgreed(operation, control, id, confirm)
    : planRollback(operation, id))
  const { plan, way } = rollback
  const { record, changes } = plan
  const description = describe(rollback)
  if (way === 'restore' && confirm !== true && !asks) throw unconfirmed(plan, description)
  operation.stages.plan(description)
  await pullImages(operation.stages, plan)
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

/**
 * The plan that will be carried out: where it loses data, or machines go on that an older libvirt would not see, one that
 * somebody has read and approved as it is now.
 */
async function planAgreed(
  operation: Operation,
  control: Control,
  id: string | undefined,
  asking: Asking,
): Promise<Rollback> {
  let agreed: string | undefined
  for (;;) {
    const rollback = await planRollback(operation, id)
    const { digest } = rollback.plan
    const loses = rollback.way === 'restore' && asking === 'ask'
    if ((!loses && !losesSight(rollback)) || digest === agreed) return rollback
    const waiting = { kind: 'approval', what: describe(rollback), plan: digest } as const
    await operation.stages.run('Wait for an approval', () => control.approval(waiting))
    agreed = digest
  }
}

/** Whether machines may go on unseen: their disks are lost when Nova starts them a second time. */
function losesSight({ started: { machines, silent } }: Rollback): boolean {
  if (machines.length === 0 && silent.length === 0) return false
  return patched('machines that an older libvirt would not see are asked about')
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
  // The first host of each begins alone, and so sooner, even while the operation is paused: until then no API answers.
  for (const service of users) {
    const [first = ''] = run.members(service)
    await control.attempt(`the first ${service}`, () => start(service, [first]), 'at once')
  }
  const atOnce = patched('services of a restore load a few at once') ? LOADING : users.length
  const lanes = new Lanes(atOnce)
  await together(
    ...users.map((service) => () => {
      const others = run.members(service).slice(1)
      return control.attempt(`the other ${service}`, () => lanes.run(() => start(service, others)))
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

/** Whether a rollback to this record has put its data in place, and was ended before it had told what they do not know. */
function wasRestored({ plan: { record }, database }: Rollback): boolean {
  const { backup } = record
  return backup !== undefined && database.members.some(({ restored }) => restored === backup.id)
}

function unconfirmed({ record }: PlannedRollback, description: string): ApplicationFailure {
  return badInput(
    `${record.id}: every MariaDB or a schema is of the newer release, so the database goes back to ${record.backup?.at ?? ''}, and what was written since is lost: confirm it (--confirm, or "confirm": true). The plan:\n${description}`,
  )
}
