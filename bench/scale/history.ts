import type { WorkflowHandle } from '@temporalio/client'

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>
type HistoryEvent = NonNullable<History['events']>[number]

/** What a run's history costs. */
export interface HistoryCost {
  readonly events: number
  /** The largest of its payloads, in bytes, and the event that holds it: `planCloud completed`. */
  readonly payload: { readonly bytes: number; readonly of: string }
  /** Steps that were begun again because nobody heard of them in time, or that ended for it. */
  readonly silences: number
  /** Child workflows that it started. */
  readonly children: readonly string[]
}

export function costOf(history: History): HistoryCost {
  const events = history.events ?? []
  const verbs = new Map(
    events.map((event) => [
      String(event.eventId),
      event.activityTaskScheduledEventAttributes?.activityType?.name ?? '',
    ]),
  )
  const largest = events
    .map((event) => ({ bytes: largestPayload(event), of: nameOf(event, verbs) }))
    .reduce((one, other) => (other.bytes > one.bytes ? other : one), { bytes: 0, of: '' })
  return {
    events: events.length,
    payload: largest,
    silences: events.filter(isSilence).length,
    children: events.flatMap((event) => {
      const started = event.childWorkflowExecutionStartedEventAttributes
      return started?.workflowExecution?.workflowId ?? []
    }),
  }
}

/** What several histories cost that one operation has: the longest, the largest, and all silences. */
export function worst(costs: readonly HistoryCost[]): Omit<HistoryCost, 'children'> {
  const payloads = costs.map(({ payload }) => payload).sort((a, b) => b.bytes - a.bytes)
  return {
    events: Math.max(0, ...costs.map(({ events }) => events)),
    payload: payloads[0] ?? { bytes: 0, of: '' },
    silences: costs.reduce((sum, { silences }) => sum + silences, 0),
  }
}

/** A retried attempt leaves no event of its own: the next one's start tells why the last one ended. */
function isSilence(event: HistoryEvent): boolean {
  const { lastFailure } = event.activityTaskStartedEventAttributes ?? {}
  const timedOut = lastFailure?.timeoutFailureInfo ?? event.activityTaskTimedOutEventAttributes
  return timedOut !== undefined && timedOut !== null
}

function nameOf(event: HistoryEvent, verbs: ReadonlyMap<string, string>): string {
  const scheduled = event.activityTaskScheduledEventAttributes
  if (scheduled) return `${scheduled.activityType?.name ?? ''} scheduled`
  const completed = event.activityTaskCompletedEventAttributes
  if (completed) return `${verbs.get(String(completed.scheduledEventId)) ?? ''} completed`
  return event.workflowExecutionCompletedEventAttributes ? 'the result' : 'another event'
}

/** Payloads are the only fields of an event that have data and metadata. */
function largestPayload(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0
  if ('data' in value && 'metadata' in value && value.data instanceof Uint8Array) {
    return value.data.length
  }
  return Math.max(0, ...Object.values(value).map(largestPayload))
}
