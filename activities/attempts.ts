import { ApplicationFailure } from '@temporalio/common'

interface Attempt {
  readonly end: AbortController
  /** Resolved when nothing of it runs any more, however it ended. */
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
   * Runs an attempt, whose `signal` is aborted when it has to end.
   *
   * @throws ApplicationFailure of type `AttemptEnded`, to be tried again, whatever the attempt made of its end
   */
  async run<T>(step: string, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const earlier = this.#running.get(step)
    earlier?.end.abort('a newer attempt at this step has begun')
    const end = new AbortController()
    const { signal } = end
    const running = (async () => {
      if (earlier) await earlier.ended
      signal.throwIfAborted()
      return body(signal)
    })()
    const attempt = { end, ended: running.catch(() => undefined) }
    this.#running.set(step, attempt)
    try {
      return await running
    } catch (error) {
      if (!signal.aborted) throw error
      const reason = String(signal.reason)
      throw ApplicationFailure.retryable(`this attempt was ended: ${reason}`, 'AttemptEnded')
    } finally {
      if (this.#running.get(step) === attempt) this.#running.delete(step)
    }
  }

  endAll(reason: string): void {
    for (const { end } of this.#running.values()) end.abort(reason)
  }
}
