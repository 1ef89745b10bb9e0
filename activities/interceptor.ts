import type { Context } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker'
import type { FailureType } from '../workflows/operations.js'
import type { Attempts } from './attempts.js'
import { redactedValue, toFailure } from './failures.js'
import type { Redact } from './failures.js'
import { ending, heartbeating } from './progress.js'

/**
 * Around every activity: heartbeats while it runs, and never two attempts of it at once; an error becomes a typed failure
 * without secrets.
 */
export function aroundActivities(redact: Redact, attempts: Attempts) {
  const failed = new FailureCounts()
  return (context: Context): { inbound: ActivityInboundCallsInterceptor } => ({
    inbound: {
      async execute(input, next) {
        const { activityType: verb, activityId, workflowExecution } = context.info
        const id = `${workflowExecution?.runId ?? ''}/${activityId}`
        try {
          const result = await heartbeating(redact, () =>
            attempts.run(id, context.cancellationSignal, (signal) =>
              ending(signal, () => next(input)),
            ),
          )
          failed.forget(id)
          return withCleanFindings(result, redact)
        } catch (error) {
          const step = { verb, host: hostOf(input.args), failures: failed.of(id) + 1 }
          const failure = toFailure(error, step, redact)
          if (isStepFailure(failure)) failed.count(id)
          throw failure
        }
      },
    },
  })
}

/**
 * How often a step failed by itself. Temporal's attempts also count the times when a host was away or a worker died,
 * which say nothing about the step. Lost with the worker, and then it starts anew.
 */
class FailureCounts {
  readonly #counts = new Map<string, number>()

  of(id: string): number {
    return this.#counts.get(id) ?? 0
  }

  count(id: string): void {
    this.#counts.set(id, this.of(id) + 1)
  }

  forget(id: string): void {
    this.#counts.delete(id)
  }
}

function isStepFailure(failure: Error): boolean {
  const type: FailureType = 'StepFailed'
  return failure instanceof ApplicationFailure && failure.type === type
}

/** What a verb tells people in sentences; all else that it returns are names and numbers, to be used as they are. */
export function withCleanFindings(result: unknown, redact: Redact): unknown {
  if (Array.isArray(result)) {
    return result.map((it: unknown) => (isFinding(it) ? redactedValue(it, redact) : it))
  }
  if (typeof result !== 'object' || result === null) return result
  const told = Object.entries(result).filter(([key]) => key === 'findings' || key === 'warnings')
  const clean = told.map(([key, value]) => [key, redactedValue(value, redact)])
  return { ...result, ...Object.fromEntries(clean) } as unknown
}

function isFinding(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'severity' in value && 'message' in value
}

/** By convention a verb takes a cloud and then, if it works on one host, that host's name. */
function hostOf([, host]: readonly unknown[]): string {
  return typeof host === 'string' ? host : 'worker'
}
