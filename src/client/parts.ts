import { PART } from '../../workflows/operations.js'
import type { HistoryEvent } from './history-reader.js'

/** A workflow that an operation has started for some hosts of one of its parts: steps there are the operation's. */
export interface Part {
  readonly workflowId: string
  readonly runId: string
}

/** The part that an event of its operation's history says the start of. */
export function startedPart(event: HistoryEvent): Part | undefined {
  const started = event.childWorkflowExecutionStartedEventAttributes
  if (started?.workflowType?.name !== PART) return undefined
  const { workflowId, runId } = started.workflowExecution ?? {}
  return { workflowId: workflowId ?? '', runId: runId ?? '' }
}

/** Run id of the child workflow that an event says the end of, in whatever way. */
export function endedChild(event: HistoryEvent): string | undefined {
  const ended =
    event.childWorkflowExecutionCompletedEventAttributes ??
    event.childWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionCanceledEventAttributes ??
    event.childWorkflowExecutionTimedOutEventAttributes ??
    event.childWorkflowExecutionTerminatedEventAttributes
  return ended?.workflowExecution?.runId ?? undefined
}
