import { Context } from '@temporalio/activity'
import type { Redact } from './failures.js'

const last = new WeakMap<Context, string>()
const cleaners = new WeakMap<Context, Redact>()

/** Tells how far a long step is: shown by the Web UI as heartbeat details, by the command line as it comes. */
export function report(line: string): void {
  const context = Context.current()
  const text = cleaners.get(context)?.(line) ?? line
  last.set(context, text)
  context.heartbeat({ text })
}

/** Aborted when the operation is cancelled, the step's time is over, or the worker stops. */
export function cancellation(): { signal: AbortSignal } {
  return { signal: Context.current().cancellationSignal }
}

/** Says that the worker lives for as long as `body` runs; also what brings a cancellation to it. */
export async function heartbeating<T>(redact: Redact, body: () => Promise<T>): Promise<T> {
  const context = Context.current()
  cleaners.set(context, redact)
  const timer = setInterval(() => {
    const text = last.get(context)
    context.heartbeat(text === undefined ? undefined : { text })
  }, 4000)
  try {
    return await body()
  } finally {
    clearInterval(timer)
  }
}
