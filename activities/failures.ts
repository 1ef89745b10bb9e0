import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { DockerError } from '../src/docker/errors.js'
import { LockLost } from '../src/host/fence.js'
import { HostError, hostFinding, RemoteError, RemoteTimeout } from '../src/ssh/errors.js'
import { formatFinding, hasErrors } from '../src/model/finding.js'
import type { Finding } from '../src/model/finding.js'
import type { FailureType, PassingFailureType, StepFailure } from '../workflows/operations.js'

/** A step that fails for another reason than an unreachable host is tried this often: the third time is no accident. */
const ATTEMPTS = 3

/** What to take for the answer of a container that is down or refuses; a host that is away is no answer. */
export function ifRefused<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof RemoteError || error instanceof DockerError) return answer
    throw error
  }
}

/** Hides what must not be seen in a failure's text. */
export type Redact = (text: string) => string

/**
 * What Temporal is told of an error: a type, a sentence, and whether a retry can mend it. An unreachable host is
 * retried for as long as the step's time allows; what a person must mend, not at all.
 */
export function toFailure(
  error: unknown,
  step: { verb: string; host: string; failures: number },
  redact: Redact,
): Error {
  if (error instanceof CancelledFailure) return error
  if (error instanceof Error && error.name === 'AbortError')
    return new CancelledFailure(error.message)
  if (error instanceof ApplicationFailure) return redacted(error, redact)
  if (error instanceof RemoteError || error instanceof RemoteTimeout) {
    return stepFailed(redact(error.message), step.failures, {
      host: error.host,
      command: redact(error.command),
      ...(error instanceof RemoteError && { exitCode: error.exitCode }),
      tail: error.tail.map(redact),
      advice: advice(error.host),
    })
  }
  if (error instanceof DockerError && error.retryable) {
    return stepFailed(redact(error.message), step.failures, {
      host: error.host,
      command: redact(error.action),
      tail: [],
      advice: advice(error.host),
    })
  }
  if (error instanceof HostError) {
    const type = typeOf(error)
    const message = redact(error.message)
    const finding = hostFinding(error)
    return ApplicationFailure.create({
      type,
      message,
      nonRetryable: !error.retryable,
      details: [[{ ...finding, message: redact(finding.message) }]],
    })
  }
  const cause = error instanceof Error ? error : new Error(String(error))
  const message = redact(`${step.host}: ${step.verb}: ${cause.message}`)
  return stepFailed(message, step.failures, {
    host: step.host,
    command: step.verb,
    tail: redact(cause.stack ?? '')
      .split('\n')
      .slice(1, 6),
    advice: advice(step.host),
  })
}

function typeOf(error: HostError): FailureType | PassingFailureType {
  if (error instanceof LockLost) return 'LockLost'
  return error.retryable ? 'HostUnreachable' : 'BadInput'
}

/** More than a person reads at once, and less than fits into a payload. */
const MOST_FINDINGS = 500

/** What a person must mend first, all of it at once. */
export function badInput(findings: readonly Finding[]): ApplicationFailure {
  const told = readable(findings)
  return ApplicationFailure.nonRetryable(told.map(formatFinding).join('\n'), 'BadInput', told)
}

/** Those that can be told; errors first where there are too many. */
export function readable(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MOST_FINDINGS) return findings
  const errors = findings.filter(({ severity }) => severity === 'error')
  const others = findings.filter(({ severity }) => severity !== 'error')
  const message = `${findings.length - MOST_FINDINGS} more findings are not shown`
  return [
    ...[...errors, ...others].slice(0, MOST_FINDINGS),
    { severity: hasErrors(findings) ? 'error' : 'warning', message },
  ]
}

function stepFailed(message: string, failures: number, details: StepFailure): ApplicationFailure {
  const type: FailureType = 'StepFailed'
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: failures >= ATTEMPTS,
    details: [details],
  })
}

function advice(host: string): string {
  return `mend the cause on ${host} and run the same command again: what is done stays done`
}

function redacted(failure: ApplicationFailure, redact: Redact): ApplicationFailure {
  return ApplicationFailure.create({
    ...(failure.type && { type: failure.type }),
    message: redact(failure.message),
    nonRetryable: failure.nonRetryable ?? false,
    details: (failure.details ?? []).map((detail) => redactedValue(detail, redact)),
  })
}

/** The same value with clean texts; names of fields stay. */
export function redactedValue(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redactedValue(item, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, redactedValue(item, redact)]),
  )
}
