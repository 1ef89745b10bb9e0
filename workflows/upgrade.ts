import { isCancellation, patched } from '@temporalio/workflow'
import { ActivityFailure, ApplicationFailure } from '@temporalio/common'
import type { CloudRef, PlannedUpgrade } from '../activities/index.js'
import { formatFinding } from '../src/model/finding.js'
import { describeVersions, recordId } from '../src/plan/release-record.js'
import type { ReleaseSummary, Versions } from '../src/plan/release-record.js'
import type { Finding } from '../src/model/finding.js'
import { summarize } from '../src/plan/format-plan.js'
import { formatUpgrade } from '../src/plan/format-upgrade.js'
import { runbook } from '../src/plan/runbook.js'
import { batchSize, titles } from '../src/plan/upgrade-plan.js'
import type { UpgradeStep } from '../src/plan/upgrade-plan.js'
import { RollbackWanted } from './attempt.js'
import { Control } from './control.js'
import { carriesMachines } from './evacuation.js'
import { reasonOf } from './reason.js'
import { backUp } from './mariadb.js'
import { giveBack, giveBackFirst } from './give-back.js'
import { inspect, operate, refuse, verify } from './operate.js'
import type { Operation } from './operate.js'
import type { FailureType, OperationResult, UpgradeInput } from './operations.js'
import { carryOutPart } from './parts.js'
import { pullImages } from './pull-images.js'
import { rememberTimes } from './remember.js'
import { rollBack } from './rollback.js'
import { removeUnwanted } from './removals.js'
import { Run } from './run.js'
import { inOrder, isOfCluster, waitsForCeph } from './services/ceph-upgrade.js'
import { protocolOf } from './services/index.js'
import type { Attempt } from './services/protocol.js'
import { Stages } from './stages.js'
import { step } from './steps.js'
import { planUpgrade } from './upgrade-plan.js'
import type { Upgrade } from './upgrade-plan.js'

/** Takes the cloud to another release of OpenStack, host by host, with a way back. */
export async function upgrade(input: UpgradeInput): Promise<OperationResult> {
  if (input.dryRun === true) return inspect('upgrade', input, (it) => show(it, input))
  const stages = new Stages()
  const control = new Control(stages, input.onFailure)
  const body = async (operation: Operation) => {
    const plan = await planAgreed(operation, input, control)
    operation.stages.plan(formatUpgrade(plan))
    const run = new Run(plan, stages)
    run.isResumed = plan.isResumed === true
    await giveBackFirst(run)
    if (input.evacuate === true) await openOthers(run)
    if (plan.steps.length === 0) {
      // Of a run that was ended when nothing else was left to do.
      if (patched('an upgrade without parts removes what is no longer wanted')) {
        await removeUnwanted(run)
      }
      return finished(operation, plan, run)
    }
    await settleCeph(operation, plan)
    await pullImages(stages, plan)
    const record = plan.record ?? (await keepRecord(operation, plan))
    try {
      await replaceAll(operation, plan, run, control, input)
    } catch (error) {
      if (!(error instanceof RollbackWanted)) throw error
      // Who has told it to roll back by itself has agreed to what that may lose of the database.
      const confirm = input.onFailure === 'rollback' ? 'of machines' : 'ask'
      const back = await rollBack(operation, control, { record: record.id, confirm }).catch(
        (refusal: unknown) => notRolledBack(plan, error, refusal),
      )
      throw rolledBack(plan, error, back)
    }
    return finished(operation, plan, run, control.skipped)
  }
  return operate('upgrade', input, body, stages)
}

/** What an ended run has left disabled takes machines of others that are evacuated. Nova may be away: it is tried again. */
async function openOthers(run: Run): Promise<void> {
  if (!patched('computes are given back before others are evacuated')) return
  await giveBack(run, 'computes').catch((error: unknown) => {
    if (isCancellation(error)) throw error
  })
}

/** What an upgrade would do. */
async function show(operation: Operation, input: UpgradeInput): Promise<OperationResult> {
  const plan = await planUpgrade(operation, input)
  return { changes: plan.changes, warnings: plan.findings, summary: formatUpgrade(plan) }
}

/** The plan that will be carried out: approved as it is now, if the input asks for an approval. */
async function planAgreed(
  operation: Operation,
  input: UpgradeInput,
  control: Control,
): Promise<Upgrade> {
  let plan = await planUpgrade(operation, input)
  while (input.approve === true && plan.steps.length > 0) {
    const { digest } = plan
    const waiting = { kind: 'approval' as const, what: formatUpgrade(plan), plan: digest }
    await operation.stages.run('Wait for an approval', () => control.approval(waiting))
    plan = await planUpgrade(operation, input)
    if (plan.digest === digest) break
  }
  return plan
}

/** What would stop it after points of no return is waited for before the first of them; else nothing was touched. */
async function settleCeph(
  { stages }: Operation,
  { steps, ref, record }: PlannedUpgrade,
): Promise<void> {
  // Of an upgrade that is finished by this one, it may be the very daemon that is to be replaced.
  if (record !== undefined || !waitsForCeph(steps)) return
  await stages.run('Wait for a settled Ceph', () =>
    step('awaitSettledCeph', 'before the upgrade', ref),
  )
}

/** The way back, proven before the first change. */
async function keepRecord(operation: Operation, plan: PlannedUpgrade): Promise<ReleaseSummary> {
  const { current, from, to } = plan
  const [versions, state] = await operation.stages.run('Inspect versions and data', () =>
    Promise.all([
      inspectVersions(from, current),
      step('inspectDatabase', operation.cloud.name, current),
    ]),
  )
  const taken = state.members.length > 0 ? await backUp(operation, current, state) : undefined
  const id = recordId(from, new Date())
  return operation.stages.run('Keep the release record', () =>
    step('recordRelease', id, current, {
      ...{ id, to, versions },
      ...(taken && { backup: taken.backup }),
    }),
  )
}

async function replaceAll(
  operation: Operation,
  plan: PlannedUpgrade,
  run: Run,
  control: Control,
  input: UpgradeInput,
): Promise<void> {
  const attempt: Attempt = (title, body) => control.attempt(title, body)
  const left: UpgradeStep[] = []
  await inOrder(run, plan.steps, async (planned) => {
    await operation.stages.run(titles.upgrade(planned.name), async () => {
      if (isLeftWith(planned, left)) return
      const protocol = protocolOf(planned.name)
      if (!((await protocol.before?.(run, planned.hosts, attempt)) ?? true)) {
        left.push(planned)
        return
      }
      const hosts = (await protocol.order?.(run, planned.hosts)) ?? planned.hosts
      const part = { ...planned, hosts }
      const { name, services } = part
      const evacuate = input.evacuate === true && hosts.some((it) => carriesMachines(run, part, it))
      await carryOutPart(
        run,
        control,
        { part: { name, services }, by: 'newer', evacuate },
        batches(part, input, evacuate ? mostEvacuated(run) : Infinity),
        canaryOf(part, input, control),
      )
    })
  })
  await removeUnwanted(run, attempt)
}

/** None of Ceph's daemons is to be newer than those that come before it, and no compute host than Nova's API. */
function isLeftWith(part: UpgradeStep, left: readonly UpgradeStep[]): boolean {
  if (part.name === 'nova-cell') return left.some(({ name }) => name === 'nova')
  return isOfCluster(part) && left.some(isOfCluster)
}

/** The first batch is one host alone where a canary is wanted. */
function batches(
  { name, hosts }: UpgradeStep,
  { batch = 1, canary }: UpgradeInput,
  most: number,
): string[][] {
  const wanted = protocolOf(name).oneAtATime === true ? 1 : batchSize(batch, hosts.length)
  const size = Math.min(wanted, most)
  const alone = canary === undefined ? 0 : 1
  const rest = hosts.slice(alone)
  const count = Math.ceil(rest.length / size)
  const further = Array.from({ length: count }, (_, i) => rest.slice(i * size, (i + 1) * size))
  return alone === 0 ? further : [hosts.slice(0, 1), ...further]
}

/** Hosts that are evacuated at once: their machines want another one that takes them. */
function mostEvacuated({ plan: { machines } }: Run): number {
  if (!patched('a compute host stays for the machines of others')) return Infinity
  return Math.max(1, (machines?.hosts.length ?? 0) - 1)
}

/** What comes after a part's first host, if anything. */
function canaryOf(
  { name, hosts }: UpgradeStep,
  { canary }: UpgradeInput,
  control: Control,
): (() => Promise<void>) | undefined {
  if (canary === undefined) return undefined
  const what = `${name} on ${hosts[0] ?? ''} is of the new release; the other hosts come next`
  const seconds = canary === 'approval' ? undefined : canary * 1000
  return () => control.approval({ kind: 'canary', what, step: `canary of ${name}` }, seconds)
}

/** What ends an upgrade once every host has the new release, and proves that all of it works. */
async function finished(
  operation: Operation,
  plan: PlannedUpgrade,
  run: Run,
  skipped: readonly string[] = [],
): Promise<OperationResult> {
  const { ref, changes, findings: warnings, from, to } = plan
  const { stages } = operation
  await giveBack(run, 'computes')
  if (skipped.length === 0) {
    await stages.run(titles.finish, async () => {
      for (const { part } of runbook) await protocolOf(part).finish?.(run)
    })
  }
  const waits = plan.steps.some(({ name }) => name.startsWith('ceph-'))
  const doubts = await stages.run(titles.verify, () => verify(plan, waits))
  await rememberTimes(
    operation,
    'upgrade',
    plan.steps.map(({ name, hosts }) => ({ title: titles.upgrade(name), hosts })),
  )
  const versions = await stages.run('Inspect versions', () => inspectVersions(to, ref))
  const left =
    skipped.length === 0 ? '' : ` Left undone: ${skipped.join(', ')}; upgrade again to finish.`
  const summary = `${from} → ${to}: ${summarize(changes, true)}. It runs ${describeVersions(versions)}.${left} Set openstack_release: "${to}" in globals.yml.`
  return { changes, warnings: [...warnings, ...run.findings, ...doubts], summary }
}

/** What the cloud of a reference runs. */
async function inspectVersions(release: string, ref: CloudRef): Promise<Versions> {
  const [versions, ceph] = await Promise.all([
    step('inspectVersions', release, ref),
    step('inspectCeph', release, ref),
  ])
  return { ...versions, ...(ceph && { ceph: ceph.version }) }
}

/** @throws why a rollback is refused, with what it was wanted for; or what else it failed with */
function notRolledBack(
  { from, to }: PlannedUpgrade,
  { cause }: RollbackWanted,
  refusal: unknown,
): never {
  const failure = refusal instanceof ActivityFailure ? refusal.cause : refusal
  if (failure instanceof ApplicationFailure && failure.type === 'BadInput') {
    const message = `the upgrade ${from} → ${to} failed, and is not rolled back: ${reasonOf(cause)}`
    refuse([{ severity: 'error', message }, ...((failure.details ?? []).flat() as Finding[])])
  }
  throw refusal
}

function rolledBack(
  { from, to }: PlannedUpgrade,
  { cause }: RollbackWanted,
  { summary, warnings }: Pick<OperationResult, 'summary' | 'warnings'>,
): ApplicationFailure {
  const original = cause instanceof Error ? cause : undefined
  // A failure has no warnings of its own, and what a restore does not know any more must reach somebody.
  const told = [summary, ...warnings.map(formatFinding)].join('\n')
  const type: FailureType = 'RolledBack'
  return ApplicationFailure.create({
    type,
    nonRetryable: true,
    message: `the upgrade ${from} → ${to} failed and was rolled back: ${reasonOf(cause)}\n${told}`,
    ...(original && { cause: original }),
  })
}
