import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common'
import type { FailureType, PassingFailureType } from './operations.js'

/** What a person must know of a failure: the reason, not Temporal's wrapping. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!(error instanceof ActivityFailure) || !error.cause) return error.message
  const { cause, activityType } = error
  if (!(cause instanceof TimeoutFailure)) return cause.message
  // Of what ran out of time, the last attempt's own words; without any, at least which verb it was.
  return cause.cause
    ? `${cause.cause.message} (${cause.message})`
    : `${activityType}: ${cause.message}`
}

/** Whether a step failed for that reason; one that was cancelled, or ran out of time, has none. */
export function failedBy(error: unknown, type: FailureType | PassingFailureType): boolean {
  if (!(error instanceof ActivityFailure)) return false
  return error.cause instanceof ApplicationFailure && error.cause.type === type
}
