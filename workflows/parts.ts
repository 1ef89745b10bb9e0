import {
  CancellationScope,
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  condition,
  patched,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow'
import type { ChildWorkflowHandle } from '@temporalio/workflow'
import { ApplicationFailure, ChildWorkflowFailure } from '@temporalio/common'
import type { PackedPlan, PlannedCloud } from '../activities/index.js'
import type { Finding } from '../src/model/finding.js'
import { pack } from '../src/plan/same-on-hosts.js'
import { titles } from '../src/plan/upgrade-plan.js'
import { RollbackWanted } from './attempt.js'
import type { Control } from './control.js'
import { grouped, mostEvacuated } from './groups.js'
import { answerSignal, askSignal, holdSignal, noticeSignal } from './messages.js'
import type { PartQuestion } from './messages.js'
import { partsHaveWorkflows } from './patches.js'
import { replaceHosts } from './replace-hosts.js'
import type { Replacement } from './replace-hosts.js'
import { replacePart } from './replace-part.js'
import type { Run } from './run.js'
import { protocolOf } from './services/index.js'

type Batches = readonly (readonly string[])[]
type Part = ChildWorkflowHandle<typeof replacePart>

/**
 * Replaces a part's containers batch by batch, each group of hosts in a workflow of its own: its history does not count for
 * the operation's, which has the questions to people. `canary` comes after the first batch.
 *
 * @throws RollbackWanted, or a step's own error
 */
export async function carryOutPart(
  run: Run,
  control: Control,
  replacement: Replacement,
  batches: Batches,
  canary?: () => Promise<void>,
): Promise<void> {
  const apart = partsHaveWorkflows()
  const groups = apart
    ? inGroups(replacement, batches, canary !== undefined)
    : batches.map((batch) => [batch])
  for (const [index, group] of groups.entries()) {
    if (index === 1) await canary?.()
    if (apart) {
      const number = groups.length > 1 ? index + 1 : undefined
      run.findings.push(...(await inWorkflow(run, control, replacement, group, number)))
    } else {
      await replaceHosts(run, replacement, group, (title, body) => control.attempt(title, body))
    }
  }
}

function inGroups(
  { evacuate }: Replacement,
  batches: Batches,
  firstAlone: boolean,
): readonly Batches[] {
  const isLarge = evacuate && batches.flat().length > mostEvacuated
  const most =
    isLarge && patched('few hosts are evacuated by one workflow') ? mostEvacuated : undefined
  if (!firstAlone) return grouped(batches, most)
  return [batches.slice(0, 1), ...grouped(batches.slice(1), most)]
}

async function inWorkflow(
  run: Run,
  control: Control,
  replacement: Replacement,
  batches: Batches,
  number: number | undefined,
): Promise<readonly Finding[]> {
  await control.ready()
  const questions: PartQuestion[] = []
  setHandler(askSignal, (question) => void questions.push(question))
  setHandler(noticeSignal, (text, host) => run.stages.notice(text, host))
  const part = await startChild(replacePart, {
    workflowId: idOf(replacement, number),
    args: [{ replacement, batches, plan: planFor(run.plan, replacement) }],
    // As steps of its own would: they are awaited when the operation is cancelled, and end with it when it is terminated.
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    parentClosePolicy: ParentClosePolicy.TERMINATE,
    staticSummary: `${titleOf(replacement)}, hosts: ${batches.flat().length}`,
  })
  const serving = new CancellationScope()
  const served = serving.run(() =>
    Promise.allSettled([answer(part, control, questions), hold(part, control)]),
  )
  try {
    return await part.result()
  } catch (error) {
    throw asOwn(error)
  } finally {
    serving.cancel()
    await served
  }
}

/** `demo-upgrade-20261129T061200Z/cron`, `…/nova-cell/2`; on the way back `…/cron-back`. */
function idOf({ part, by }: Replacement, number: number | undefined): string {
  const name = by === 'newer' ? part.name : `${part.name}-back`
  const { workflowId } = workflowInfo()
  return [workflowId, name, ...(number === undefined ? [] : [number])].join('/')
}

function titleOf({ part, by }: Replacement): string {
  return by === 'newer' ? titles.upgrade(part.name) : titles.rollBack(part.name)
}

/** What of a plan a part needs; of three hundred hosts the whole is large. */
function planFor(
  plan: PlannedCloud,
  { part, by, evacuate }: Replacement,
): PackedPlan<PlannedCloud> {
  const { ref, oneShots, standby, cephClients, machines, changes, members } = plan
  const { replacesToo = [] } = by === 'older' ? protocolOf(part.name) : {}
  const services = [...part.services, ...replacesToo]
  const wanted = [...services, 'ceph-mon']
  return {
    ...{ ref, oneShots, standby, cephClients, findings: [], pulls: [] },
    ...(evacuate && machines && { machines }),
    changes: pack(changes.filter(({ service }) => services.includes(service))),
    members: Object.fromEntries(Object.entries(members).filter(([name]) => wanted.includes(name))),
  }
}

/** Has people decide what the part asks; hosts of one batch may ask several things at once. */
async function answer(part: Part, control: Control, questions: PartQuestion[]): Promise<void> {
  for (;;) {
    await condition(() => questions.length > 0)
    // To answer fails only where the part has ended meanwhile, and the operation hears of that by itself.
    for (const question of questions.splice(0)) {
      void answerOne(part, control, question).catch(() => undefined)
    }
  }
}

async function answerOne(part: Part, control: Control, { id, failed }: PartQuestion) {
  if (!failed) await control.ready()
  const decision = failed && (await control.decide(failed.title, failed.reason))
  await part.signal(answerSignal, { id, ...(decision && { decision }) })
}

/** Passes a pause on; the part then asks whether it may go on, so that its end needs no word. */
async function hold(part: Part, control: Control): Promise<void> {
  for (;;) {
    await condition(() => control.paused)
    await part.signal(holdSignal)
    await condition(() => !control.paused)
  }
}

/** What a part failed with, as if its steps had been the operation's own. */
function asOwn(error: unknown): unknown {
  if (!(error instanceof ChildWorkflowFailure) || !error.cause) return error
  const { cause } = error
  const back = cause instanceof ApplicationFailure && cause.type === 'RollbackWanted'
  return back ? new RollbackWanted(cause.cause) : cause
}
