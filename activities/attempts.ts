import { once } from 'node:events'
import { ApplicationFailure } from '@temporalio/common'
import type { PassingFailureType } from '../workflows/operations.js'

interface Attempt {
  readonly end: AbortController
  /** Resolved when nothing of it runs any more, nor of those before it, however they ended. */
  readonly ended: Promise<unknown>
}

/**
 * The attempts at steps that run in this worker. Temporal gives a step to somebody else when it has not heard of an
 * attempt for its `heartbeatTimeout` (workflows/steps.ts), while the attempt itself may be alive and well. No two may
 * change a host at once: a newer one ends the older one before it begins, and a worker that Temporal can't hear ends all.
 */
export class Attempts {
  readonly #running = new Map<string, Attempt>()

  /**
   * Runs an attempt, whose `signal` is aborted when it has to end, or when it is `cancelled`.
   *
   * @throws ApplicationFailure of type `AttemptEnded`, to be tried again, whatever the attempt made of its end
   */
  async run<T>(
    step: string,
    cancelled: AbortSignal,
    body: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const earlier = this.#running.get(step)
    earlier?.end.abort('a newer attempt at this step has begun')
    const end = new AbortController()
    const signal = AbortSignal.any([end.signal, cancelled])
    const running = (async () => {
      signal.throwIfAborted()
      if (earlier) await Promise.race([earlier.ended, once(signal, 'abort')])
      signal.throwIfAborted()
      return body(signal)
    })()
    const over = running.catch(() => undefined)
    const attempt = { end, ended: Promise.all([earlier?.ended, over]) }
    this.#running.set(step, attempt)
    void attempt.ended.then(() => {
      if (this.#running.get(step) === attempt) this.#running.delete(step)
    })
    try {
      const result = await running
      // What it takes for an answer may be no more than its end.
      end.signal.throwIfAborted()
      return result
    } catch (error) {
      if (!end.signal.aborted || cancelled.aborted) throw error
      const reason = String(end.signal.reason)
      const type: PassingFailureType = 'AttemptEnded'
      throw ApplicationFailure.retryable(`this attempt was ended: ${reason}`, type)
    }
  }

  endAll(reason: string): void {
    for (const { end } of this.#running.values()) end.abort(reason)
  }
}
