import { ActivityFailure } from '@temporalio/common'
import type { Waiting } from '../../workflows/operations.js'
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

export async function explain(
  operation: OperationSummary,
  history: History,
  pendingActivities: readonly PendingActivity[],
  decoder: Decoder,
): Promise<Explanation> {
  const reader = new HistoryReader(decoder, operation.workflowId)
  const events: OperationEvent[] = []
  for (const event of history.events ?? []) {
    const told = await reader.read(event)
    if (told) events.push(told)
  }
  const pending = await new PendingSteps(decoder).compare(pendingActivities, reader)
  const failures = events.filter((event) => event.type === 'stepFailed')
  const error = events.find((event) => event.type === 'operationFailed')?.error
  const result = events.find((event) => event.type === 'operationCompleted')?.result
  const last = events.at(-1)
  const failedStep = error && culprit(error, failures)
  return {
    operation,
    ...(error && { error }),
    ...(failedStep && { failedStep }),
    otherFailures: failures.filter((failure) => failure !== failedStep),
    retrying: pending.filter((event) => event.type === 'stepRetrying'),
    running: reader.pendingSteps,
    stepsDone: events.filter((event) => event.type === 'stepCompleted').length,
    ...(last?.type === 'workerFailed' && { workerTrouble: last.message }),
    ...(result && { summary: result.summary }),
  }
}

/** The step in the operation's own chain of causes, or one that failed with its very words. */
function culprit(error: OperationError, failures: readonly Of<'stepFailed'>[]) {
  const activity = [...causes(error)].find((cause) => cause instanceof ActivityFailure)
  return (
    failures.find(({ step }) => step.id === activity?.activityId) ??
    failures.find((failure) => failure.error.message === error.message)
  )
}
