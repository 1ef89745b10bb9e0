import { Context } from '@temporalio/activity'

const last = new WeakMap<Context, string>()

/** Tells how far a long step is: shown by the Web UI as heartbeat details, by the command line as it comes. */
export function report(text: string): void {
  const context = Context.current()
  last.set(context, text)
  context.heartbeat({ text })
}

/** Aborted when the operation is cancelled, the step's time is over, or the worker stops. */
export function cancellation(): { signal: AbortSignal } {
  return { signal: Context.current().cancellationSignal }
}

/** Says that the worker lives for as long as `body` runs; also what brings a cancellation to it. */
export async function heartbeating<T>(body: () => Promise<T>): Promise<T> {
  const context = Context.current()
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
