import { ActivityFailure } from '@temporalio/common'
import type { Waiting } from '../../workflows/operations.js'
import { commandOf } from './command-of.js'
import type { Decoder } from './decoder.js'
import { causes } from './errors.js'
import type { OperationError } from './errors.js'
import type { OperationEvent, Step } from './events.js'
import { HistoryReader } from './history-reader.js'
import type { History } from './history-reader.js'
import type { OperationSummary } from './operation-summary.js'
import { PendingSteps } from './pending-steps.js'
import type { PendingActivity } from './pending-steps.js'

type Of<Type extends OperationEvent['type']> = Extract<OperationEvent, { type: Type }>

/** What happened in an operation, for whoever is woken at night. `formatExplanation` makes a text of it. */
export interface Explanation {
  readonly operation: OperationSummary
  /** The command that asks for the same again. */
  readonly command: string
  /** Why it ended without success. */
  readonly error?: OperationError
  /** The step that failed it. */
  readonly failedStep?: Of<'stepFailed'>
  /** Others that failed too. */
  readonly otherFailures: readonly Of<'stepFailed'>[]
  /** Steps that run and are being tried again. */
  readonly retrying: readonly Of<'stepRetrying'>[]
  /** Steps that run. */
  readonly running: readonly Step[]
  readonly stepsDone: number
  /** What it waits for, and for whom. */
  readonly waiting?: Waiting
  /** Why the worker can't go on with it, if it can't. */
  readonly workerTrouble?: string
  readonly summary?: string
}

/** A workflow's history, and what the server says of its running steps. */
export interface Recorded {
  readonly workflowId: string
  readonly history: History
  readonly pendingActivities: readonly PendingActivity[]
}

/** `parts`: those of the operation that have a history of their own. */
export async function explain(
  operation: OperationSummary,
  own: Recorded,
  parts: readonly Recorded[],
  decoder: Decoder,
): Promise<Explanation> {
  const strands = [
    await read(own, 'operation', decoder),
    ...(await Promise.all(parts.map((part) => read(part, 'part', decoder)))),
  ]
  const events = strands.flatMap((strand) => strand.events)
  const pending = strands.flatMap((strand) => strand.pending)
  const failures = events.filter((event) => event.type === 'stepFailed')
  const error = events.find((event) => event.type === 'operationFailed')?.error
  const result = events.find((event) => event.type === 'operationCompleted')?.result
  const started = events.find((event) => event.type === 'operationStarted')
  const trouble = strands.map((strand) => strand.events.at(-1)).find(isTrouble)
  const failedStep = error && culprit(error, failures)
  return {
    operation,
    command: commandOf(operation.operation, started?.input),
    ...(error && { error }),
    ...(failedStep && { failedStep }),
    otherFailures: failures.filter((failure) => failure !== failedStep),
    retrying: pending.filter((event) => event.type === 'stepRetrying'),
    running: strands.flatMap((strand) => strand.running),
    stepsDone: events.filter((event) => event.type === 'stepCompleted').length,
    ...(trouble && { workerTrouble: trouble.message }),
    ...(result && { summary: result.summary }),
  }
}

async function read(
  { workflowId, history, pendingActivities }: Recorded,
  kind: 'operation' | 'part',
  decoder: Decoder,
) {
  const reader = new HistoryReader(decoder, workflowId, kind)
  const events: OperationEvent[] = []
  for (const event of history.events ?? []) {
    const told = await reader.read(event)
    if (told) events.push(told)
  }
  const pending = await new PendingSteps(decoder).compare(pendingActivities, reader)
  return { events, pending, running: reader.pendingSteps }
}

function isTrouble(event: OperationEvent | undefined): event is Of<'workerFailed'> {
  return event?.type === 'workerFailed'
}

/**
 * The step in the operation's own chain of causes, or one that failed with its very words. Activities of each part are
 * numbered anew: the number alone says nothing.
 */
function culprit(error: OperationError, failures: readonly Of<'stepFailed'>[]) {
  const chain = [...causes(error)]
  const activity = chain.find((cause) => cause instanceof ActivityFailure)
  const numbered = failures.filter(
    ({ step }) =>
      step.verb === activity?.activityType && step.id.split('/').at(-1) === activity.activityId,
  )
  const words = chain.map(({ message }) => message)
  return (
    numbered.find((failure) => words.includes(failure.error.message)) ??
    numbered[0] ??
    failures.find((failure) => failure.error.message === error.message)
  )
}
