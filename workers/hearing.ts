import { isGrpcServiceError } from '@temporalio/client'
import type { NativeConnection } from '@temporalio/worker'
import type { Attempts } from '../activities/attempts.js'

/**
 * How often the server is asked whether it is there, and how long it may be silent before nothing that runs here can
 * count on it, in milliseconds. A step is given to another worker 20 s after the last heartbeat that arrived
 * (workflows/steps.ts), which may have been 8 s before the silence began; and this worker may itself be busy with a
 * cloud's files for 8 s (activities/checking.ts), in which it neither asks nor hears.
 */
const EVERY = 1_000
const SILENCE = 10_500

/** Questions without an answer: each of them is repeated by Temporal's SDK. */
const MOST = 3

/**
 * Asks the server again and again, and tells how long it has been silent, in milliseconds, each time that this is too
 * long. A worker that was stopped for that long itself, or its machine, is told, too. Returns what ends the asking.
 */
export function listen(
  ask: () => Promise<unknown>,
  unheard: (silence: number) => void,
): () => void {
  let heard = now()
  let waiting = 0
  const timer = setInterval(() => {
    if (waiting < MOST) {
      const asked = now()
      waiting++
      ask()
        .then(
          () => {
            if (asked.running > heard.running) heard = asked
          },
          () => undefined,
        )
        .finally(() => waiting--)
    }
    // Answers that came while this worker was busy are read before.
    setImmediate(() => {
      const silence = since(heard)
      if (silence >= SILENCE) unheard(silence)
    })
  }, EVERY)
  return () => {
    clearInterval(timer)
  }
}

/** One clock stands still with its machine, the other may be set. */
const now = () => ({ running: performance.now(), shown: Date.now() })

const since = (then: ReturnType<typeof now>) =>
  Math.max(performance.now() - then.running, Date.now() - then.shown)

/** Ends all attempts in this worker while Temporal can't be heard. Returns what ends the listening. */
export function endUnheard(connection: NativeConnection, attempts: Attempts): () => void {
  // Over the connection that heartbeats take. A refusal is an answer.
  const ask = () =>
    connection
      .withDeadline(Date.now() + SILENCE, () => connection.workflowService.getSystemInfo({}))
      .catch((error: unknown) => {
        if (!isGrpcServiceError(error) || WITHOUT_ANSWER.has(error.code)) throw error
      })
  return listen(ask, (silence) => {
    const seconds = Math.round(silence / 1000)
    attempts.endAll(`Temporal has not been heard for ${seconds} s, and may give the step away`)
  })
}

/** gRPC's CANCELLED, DEADLINE_EXCEEDED and UNAVAILABLE. */
const WITHOUT_ANSWER = new Set<number>([1, 4, 14])
