import type { NativeConnection } from '@temporalio/worker'
import type { Attempts } from '../activities/attempts.js'

/**
 * How often the server is asked whether it is there, and how long it may be silent before nothing that runs here can
 * count on it, in milliseconds. A step is given to another worker 20 s after the last heartbeat that arrived
 * (workflows/steps.ts), which may have been 8 s before the silence began.
 */
const EVERY = 2_000
const SILENCE = 10_000

/**
 * Asks the server again and again, and tells how long it has been silent, in milliseconds, each time that this is too
 * long. A worker that was stopped for that long itself is told, too. Returns what ends the asking.
 */
export function listen(
  ask: () => Promise<unknown>,
  unheard: (silence: number) => void,
): () => void {
  let heard = performance.now()
  const timer = setInterval(() => {
    const asked = performance.now()
    const silence = asked - heard
    if (silence >= SILENCE) unheard(silence)
    ask().then(
      () => (heard = Math.max(heard, asked)),
      () => undefined,
    )
  }, EVERY)
  return () => {
    clearInterval(timer)
  }
}

/** Ends all attempts in this worker while Temporal can't be heard. Returns what ends the listening. */
export function endUnheard(connection: NativeConnection, attempts: Attempts): () => void {
  // Over the connection that heartbeats take.
  const ask = () =>
    connection.withDeadline(Date.now() + EVERY, () => connection.workflowService.getSystemInfo({}))
  return listen(ask, (silence) => {
    const seconds = Math.round(silence / 1000)
    attempts.endAll(`Temporal has not been heard for ${seconds} s, and may give the step away`)
  })
}
