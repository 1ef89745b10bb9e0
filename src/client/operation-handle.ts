import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client'
import type {
  Approval,
  OperationResult as PackedResult,
  StepDecision,
  Waiting,
} from '../../workflows/operations.js'
import { UnknownOperation, toOperationError } from './errors.js'
import type { OperationEvent } from './events.js'
import { follow } from './follow.js'
import type { Run } from './follow.js'
import { readResult } from './result.js'
import type { OperationResult } from './result.js'
import { summarize } from './operation-summary.js'
import type { OperationSummary } from './operation-summary.js'

/** One operation, running or ended. */
export class OperationHandle {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  get workflowId(): string {
    return this.#run.workflowId
  }

  /**
   * Waits for the end.
   *
   * @throws BadInput, CloudBusy, StepFailed, OperationCancelled or another OperationError
   */
  async result(): Promise<OperationResult> {
    try {
      return readResult((await this.#workflow.result()) as PackedResult)
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw toOperationError(error.cause ?? error)
      throw this.#unknown(error)
    }
  }

  /** Everything that happened, then what happens, live, until the end. `signal` stops following; the operation goes on. */
  events(signal?: AbortSignal): AsyncGenerator<OperationEvent> {
    return follow(this.#run, signal)
  }

  async describe(): Promise<OperationSummary> {
    return this.#known(async () => summarize(await this.#workflow.describe()))
  }

  /** Asks the operation to stop. Running steps are told and end cleanly; `events` and `result` tell when it has. */
  async cancel(): Promise<void> {
    await this.#known(() => this.#workflow.cancel())
  }

  /** Ends the operation at once, without its consent: only for one that can't be cancelled. */
  async terminate(reason: string): Promise<void> {
    await this.#known(() => this.#workflow.terminate(reason))
  }

  /** What it waits for; undefined while it works, and of operations that never wait. */
  async waiting(): Promise<Waiting | undefined> {
    return this.#known(() => this.#workflow.query<Waiting | undefined>('waiting'))
  }

  /**
   * Lets a plan begin, or what comes after a canary, as `waiting` names it.
   *
   * @throws BadInput that says what waits, when that does not
   */
  async approve(approval: Approval): Promise<void> {
    await this.#update('approve', approval)
  }

  /**
   * Says what to do about a step that failed, as `waiting` names it.
   *
   * @throws BadInput that says what waits, when that does not
   */
  async decide(decision: StepDecision): Promise<void> {
    await this.#update('decide', decision)
  }

  /** Holds an upgrade or a rollback before its next step. */
  async pause(): Promise<void> {
    await this.#update('pause')
  }

  async resume(): Promise<void> {
    await this.#update('resume')
  }

  async #update(name: string, ...args: readonly unknown[]): Promise<void> {
    await this.#known(() => this.#workflow.executeUpdate(name, { args: args as [unknown] }))
  }

  get #workflow() {
    return this.#run.client.workflow.getHandle(this.#run.workflowId)
  }

  async #known<T>(ask: () => Promise<T>): Promise<T> {
    return ask().catch((error: unknown) => {
      throw this.#unknown(error)
    })
  }

  #unknown(error: unknown): Error {
    if (!(error instanceof WorkflowNotFoundError)) return toOperationError(error)
    return new UnknownOperation(`no operation ${this.workflowId} is known, or it has ended`)
  }
}
