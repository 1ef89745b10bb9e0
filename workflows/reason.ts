import { ActivityFailure, ApplicationFailure } from '@temporalio/common'
import type { FailureType } from './operations.js'

/** What a person must know of a failure: the reason, not Temporal's wrapping. */
export function reasonOf(error: unknown): string {
  if (error instanceof ActivityFailure && error.cause) return error.cause.message
  return error instanceof Error ? error.message : String(error)
}

/** Whether a step failed for that reason; one that was cancelled, or ran out of time, has none. */
export function failedBy(error: unknown, type: FailureType): boolean {
  if (!(error instanceof ActivityFailure)) return false
  return error.cause instanceof ApplicationFailure && error.cause.type === type
}
