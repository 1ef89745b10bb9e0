import type { OperationError } from './errors.js'
import type { OperationResult } from './result.js'

/** One activity of an operation. */
export interface Step {
  /** Unique within the operation. */
  readonly id: string
  /** Activity type, a domain verb: `startMariadb`. */
  readonly verb: string
  /** What it works on, usually a host's name; may be empty. */
  readonly summary: string
}

/** How a step ended. */
interface StepEnd {
  readonly time: Date
  readonly step: Step
  /** Seconds since it was scheduled, all attempts included. */
  readonly seconds: number
  readonly attempts: number
}

/** What `follow` tells about an operation, in order; the last one is `operationCompleted` or `operationFailed`. */
export type OperationEvent =
  | {
      readonly type: 'operationStarted'
      readonly time: Date
      readonly workflowId: string
      readonly operation: string
      /** As it was started; the type says what it should be. */
      readonly input: unknown
    }
  /** Started, and no worker has taken it yet. */
  | { readonly type: 'waitingForWorker'; readonly time: Date; readonly message: string }
  /** A worker took it and can't go on: its code does not know the operation, or not this course of it. */
  | { readonly type: 'workerFailed'; readonly time: Date; readonly message: string }
  /** The server can't be reached; following goes on when it is back. */
  | { readonly type: 'disconnected'; readonly time: Date; readonly message: string }
  /** The operation's stages, as the Web UI's current details show them: a Markdown list. */
  | { readonly type: 'details'; readonly time: Date; readonly text: string }
  | { readonly type: 'stepScheduled'; readonly time: Date; readonly step: Step }
  | {
      readonly type: 'stepProgress'
      readonly time: Date
      readonly step: Step
      readonly text: string
    }
  /** An attempt failed, with this message; `attempt` is the one that follows. */
  | {
      readonly type: 'stepRetrying'
      readonly time: Date
      readonly step: Step
      readonly attempt: number
      readonly message: string
    }
  | ({ readonly type: 'stepCompleted' } & StepEnd)
  | ({ readonly type: 'stepFailed'; readonly error: OperationError } & StepEnd)
  | ({ readonly type: 'stepCancelled' } & StepEnd)
  | {
      readonly type: 'operationCompleted'
      readonly time: Date
      readonly seconds: number
      readonly result: OperationResult
    }
  | {
      readonly type: 'operationFailed'
      readonly time: Date
      readonly seconds: number
      readonly error: OperationError
    }
