import type { WorkflowHandle } from '@temporalio/client'
import { CancelledFailure, TerminatedFailure } from '@temporalio/common'
import { optionalTsToDate } from '@temporalio/common/lib/time.js'
import type { OperationResult } from '../../workflows/operations.js'
import type { Decoder } from './decoder.js'
import { toOperationError } from './errors.js'
import type { OperationEvent, Step } from './events.js'
import { readResult } from './result.js'

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>
export type HistoryEvent = NonNullable<History['events']>[number]

interface RunningStep {
  readonly step: Step
  readonly scheduledAt: Date
  attempts: number
}

/** Turns a history, event by event, into what happened in the operation: that of its run, or of a part that has its own. */
export class HistoryReader {
  /** Id of the last event that was read. */
  lastEventId = 0
  /** A worker has taken the run. */
  pickedUp = false
  ended = false
  readonly #decoder: Decoder
  readonly #workflowId: string
  readonly #isPart: boolean
  readonly #running = new Map<string, RunningStep>()
  #startedAt = new Date(0)

  constructor(decoder: Decoder, workflowId: string, kind: 'operation' | 'part' = 'operation') {
    this.#decoder = decoder
    this.#workflowId = workflowId
    this.#isPart = kind === 'part'
  }

  /** The step that an activity id stands for, while it is pending. */
  pending(activityId: string): Step | undefined {
    return this.pendingSteps.find(({ id }) => id === this.#idOf(activityId))
  }

  get pendingSteps(): Step[] {
    return [...this.#running.values()].map(({ step }) => step)
  }

  /** Reads the next event; one that was read before, or tells nothing to a person, gives undefined. */
  async read(event: HistoryEvent): Promise<OperationEvent | undefined> {
    const eventId = Number(event.eventId)
    if (eventId <= this.lastEventId) return undefined
    this.lastEventId = eventId
    const time = optionalTsToDate(event.eventTime) ?? new Date(0)
    const told = (await this.#readStep(event, time)) ?? (await this.#readWorker(event, time))
    if (told) return told
    if (!this.#isPart) return this.#readOperation(event, time)
    this.ended = isEnd(event)
    return undefined
  }

  /** Unique within the operation, and not within Temporal: the activities of each workflow are numbered. */
  #idOf(activityId: string): string {
    return this.#isPart ? `${this.#workflowId}/${activityId}` : activityId
  }

  async #readStep(event: HistoryEvent, time: Date): Promise<OperationEvent | undefined> {
    const scheduled = event.activityTaskScheduledEventAttributes
    if (scheduled) {
      const step: Step = {
        id: this.#idOf(scheduled.activityId ?? ''),
        verb: scheduled.activityType?.name ?? '',
        summary: await this.#decoder.text(event.userMetadata?.summary),
      }
      this.#running.set(String(event.eventId), { step, scheduledAt: time, attempts: 1 })
      return { type: 'stepScheduled', time, step }
    }
    const started = event.activityTaskStartedEventAttributes
    if (started) {
      const running = this.#running.get(String(started.scheduledEventId))
      if (running) running.attempts = started.attempt ?? 1
      return undefined
    }
    const completed = event.activityTaskCompletedEventAttributes
    if (completed) return { type: 'stepCompleted', ...this.#end(completed, time) }
    const cancelled = event.activityTaskCanceledEventAttributes
    if (cancelled) return { type: 'stepCancelled', ...this.#end(cancelled, time) }
    const failed =
      event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes
    if (failed) {
      const error = toOperationError(await this.#decoder.error(failed.failure))
      return { type: 'stepFailed', ...this.#end(failed, time), error }
    }
    return undefined
  }

  #end({ scheduledEventId }: { scheduledEventId?: unknown }, time: Date) {
    const key = String(scheduledEventId)
    const running = this.#running.get(key)
    if (!running)
      throw new Error(`history of ${this.#workflowId} ends a step that it never scheduled`)
    this.#running.delete(key)
    const { step, scheduledAt, attempts } = running
    return { time, step, attempts, seconds: secondsBetween(scheduledAt, time) }
  }

  async #readWorker(event: HistoryEvent, time: Date): Promise<OperationEvent | undefined> {
    if (event.workflowTaskStartedEventAttributes) this.pickedUp = true
    const failed = event.workflowTaskFailedEventAttributes
    if (!failed) return undefined
    const { message } = await this.#decoder.error(failed.failure)
    return { type: 'workerFailed', time, message: `the worker can't go on: ${message}` }
  }

  async #readOperation(event: HistoryEvent, time: Date): Promise<OperationEvent | undefined> {
    const started = event.workflowExecutionStartedEventAttributes
    if (started) {
      this.#startedAt = time
      return {
        type: 'operationStarted',
        time,
        workflowId: this.#workflowId,
        operation: started.workflowType?.name ?? '',
        input: await this.#decoder.first(started.input),
      }
    }
    const completed = event.workflowExecutionCompletedEventAttributes
    if (completed) {
      const result = readResult((await this.#decoder.first(completed.result)) as OperationResult)
      return { type: 'operationCompleted', ...this.#close(time), result }
    }
    const cause = await this.#cause(event)
    if (!cause) return undefined
    return { type: 'operationFailed', ...this.#close(time), error: toOperationError(cause) }
  }

  async #cause(event: HistoryEvent): Promise<Error | undefined> {
    const failed = event.workflowExecutionFailedEventAttributes
    if (failed) return this.#decoder.error(failed.failure)
    if (event.workflowExecutionCanceledEventAttributes) return new CancelledFailure('')
    const terminated = event.workflowExecutionTerminatedEventAttributes
    if (terminated) return new TerminatedFailure(terminated.reason ?? '')
    if (event.workflowExecutionTimedOutEventAttributes) return new Error('the operation timed out')
    return undefined
  }

  #close(time: Date) {
    this.ended = true
    return { time, seconds: secondsBetween(this.#startedAt, time) }
  }
}

function isEnd(event: HistoryEvent): boolean {
  const end =
    event.workflowExecutionCompletedEventAttributes ??
    event.workflowExecutionFailedEventAttributes ??
    event.workflowExecutionCanceledEventAttributes ??
    event.workflowExecutionTerminatedEventAttributes ??
    event.workflowExecutionTimedOutEventAttributes
  return end !== undefined && end !== null
}

const secondsBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000
