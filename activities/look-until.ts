import { setTimeout as sleep } from 'node:timers/promises'
import { cancellation, report } from './progress.js'

/** In milliseconds: how long is waited in all, and between two looks. */
export interface Patience {
  readonly patience: number
  readonly pause: number
}

/** How long until machines, or a host, that are waited for are looked at again, in milliseconds. */
export const LOOKING = 5_000

/**
 * Looks, and looks again while there is something to wait for, until patience has come to its end. Returns what was seen
 * last.
 *
 * @param awaited what is still to come, in a few words that are reported; undefined when it is there
 */
export async function lookUntil<Seen>(
  look: () => Promise<Seen>,
  awaited: (seen: Seen) => string | undefined,
  { patience, pause }: Patience,
): Promise<Seen> {
  const until = Date.now() + patience
  for (;;) {
    const seen = await look()
    const reason = awaited(seen)
    if (reason === undefined || Date.now() >= until) return seen
    report(reason)
    await sleep(pause, undefined, cancellation())
  }
}
