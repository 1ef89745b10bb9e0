import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common'
import type { StepFailure } from '../../workflows/operations.js'
import { formatFinding } from '../model/finding.js'
import type { Finding } from '../model/finding.js'

/** Why an operation could not start or did not succeed. `JSON.stringify` shows every field. */
export class OperationError extends Error {
  override name = 'OperationError'

  toJSON(): object {
    const { name, message } = this
    const fields = Object.entries(this).filter(([key]) => key !== 'name' && key !== 'cause')
    return { type: name, message, ...Object.fromEntries(fields) }
  }
}

/** What the operator wrote, or the state of a host, must be mended by a person first. */
export class BadInput extends OperationError {
  override name = 'BadInput'
  constructor(readonly findings: readonly Finding[]) {
    super(findings.map(withPlace).join('\n'))
  }
}

function withPlace(finding: Finding): string {
  return (finding.file ?? finding.host) === undefined ? finding.message : formatFinding(finding)
}

/** Another operation of the cloud is running. */
export class CloudBusy extends OperationError {
  override name = 'CloudBusy'
  constructor(
    message: string,
    /** The one that runs. */
    readonly workflowId: string,
  ) {
    super(message)
  }
}

/** The operation's lock was ended by hand, or another operation has got it: it has stopped where it was. */
export class LockLost extends OperationError {
  override name = 'LockLost'
}

/** A step failed on a host, and trying again did not help. */
export class StepFailed extends OperationError {
  override name = 'StepFailed'
  constructor(
    message: string,
    readonly failure: StepFailure,
  ) {
    super(message)
  }
}

/** An upgrade failed and has undone what it did; its cause is what failed. */
export class RolledBack extends OperationError {
  override name = 'RolledBack'
}

/** The operation was cancelled, by `abort` or in the Web UI, or terminated. */
export class OperationCancelled extends OperationError {
  override name = 'OperationCancelled'
}

/** No Temporal server answers. */
export class NoServer extends OperationError {
  override name = 'NoServer'
  constructor(
    readonly address: string,
    reason: string,
  ) {
    super(
      `no Temporal server answers at ${address} (${reason}): start one with \`kolla-temporal server start\`, or name another with --address`,
    )
  }
}

/** A server is there, but nobody does its work. */
export class NoWorker extends OperationError {
  override name = 'NoWorker'
  constructor(readonly taskQueue: string) {
    super(`no worker polls task queue ${taskQueue}: start one with \`kolla-temporal server start\``)
  }
}

/** No such operation is in the server's history. */
export class UnknownOperation extends OperationError {
  override name = 'UnknownOperation'
}

/** Makes of Temporal's chain of causes the error that it is about: the outermost of a known type, else the innermost. */
export function toOperationError(error: unknown): OperationError {
  const chain = [...causes(error)]
  const known = chain.map(knownError).find((e) => e !== undefined)
  if (known) {
    if (known !== error) known.cause ??= error
    return known
  }
  const messages = chain.map((e) => e.message).filter((message) => message !== '')
  return new OperationError(messages.at(-1) ?? String(error), { cause: error })
}

/** An error and its causes, outermost first. */
export function* causes(error: unknown): Generator<Error> {
  for (let e = error; e instanceof Error; e = e.cause) yield e
}

function knownError(error: Error): OperationError | undefined {
  if (error instanceof OperationError) return error
  if (error instanceof CancelledFailure)
    return new OperationCancelled('the operation was cancelled')
  if (error instanceof TerminatedFailure) {
    return new OperationCancelled(`the operation was terminated: ${error.message}`)
  }
  if (error instanceof ApplicationFailure) return fromApplicationFailure(error)
  return undefined
}

function fromApplicationFailure({ type, message, details }: ApplicationFailure) {
  const [detail] = details ?? []
  switch (type) {
    case 'BadInput':
      return new BadInput(findingsOf(details) ?? [{ severity: 'error', message }])
    case 'CloudBusy':
      return new CloudBusy(message, String(detail))
    case 'LockLost':
      return new LockLost(message)
    case 'StepFailed':
      return new StepFailed(message, detail as StepFailure)
    case 'RolledBack':
      return new RolledBack(message)
    default:
      return undefined
  }
}

function findingsOf(details: unknown[] | null | undefined): Finding[] | undefined {
  const findings = (details ?? []).flat() as Finding[]
  return findings.length > 0 ? findings : undefined
}
