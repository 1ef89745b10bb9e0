import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common'
import type { Finding } from '../src/model/finding.js'
import type { StepFailure } from './operations.js'

/**
 * Why a host could not be looked at, as findings.
 *
 * @throws the failure itself where it says nothing of the host, as a cancellation
 */
export function unseen(host: string, failure: unknown): Finding[] {
  const reason = failure instanceof ActivityFailure ? failure.cause : undefined
  const finding = (message: string): Finding[] => [{ severity: 'error', host, message }]
  if (reason instanceof TimeoutFailure) {
    return finding(
      'it could not be observed in time, nor did anything say why: see whether it and the worker are overloaded, and run the same command again',
    )
  }
  if (!(reason instanceof ApplicationFailure)) throw failure
  const [details] = reason.details ?? []
  if (Array.isArray(details)) return details as Finding[]
  const message = reason.message.replace(`${host}: `, '')
  const { advice } = (details ?? {}) as Partial<StepFailure>
  return finding(advice === undefined ? message : `${message}\n  ${advice}`)
}
