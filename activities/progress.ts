import { Context } from '@temporalio/activity'
import type { Redact } from './failures.js'

/** Figures by their names. */
type Kept = Readonly<Record<string, number>>

const last = new WeakMap<Context, string>()
const kept = new WeakMap<Context, Kept>()
const cleaners = new WeakMap<Context, Redact>()
const endings = new WeakMap<Context, AbortSignal>()

/** Tells how far a long step is: shown by the Web UI as heartbeat details, by the command line as it comes. */
export function report(line: string): void {
  const context = Context.current()
  const text = cleaners.get(context)?.(line) ?? line
  last.set(context, text)
  beat(context)
}

/**
 * Keeps what another attempt at the step is to know, as this one is about to change it: heartbeats carry it, for one that is
 * killed tells nothing else. The last of them may be seconds old then.
 */
export function keepForRetry(name: string, value: number): void {
  const context = Context.current()
  kept.set(context, { ...kept.get(context), [name]: value })
  beat(context)
}

/** What an attempt before this one has kept. */
export function keptBefore(name: string): number | undefined {
  return earlier(Context.current())[name]
}

function earlier({ info }: Context): Kept {
  const details: unknown = info.heartbeatDetails
  if (typeof details !== 'object' || details === null) return {}
  const figures = Object.entries(details).filter(([, value]) => typeof value === 'number')
  return Object.fromEntries(figures)
}

function beat(context: Context): void {
  const text = last.get(context)
  context.heartbeat({
    ...earlier(context),
    ...kept.get(context),
    ...(text !== undefined && { text }),
  })
}

/**
 * Aborted when the operation is cancelled, the step's time is over, the worker stops, or this attempt is to make room
 * for another one.
 */
export function cancellation(): { signal: AbortSignal } {
  const context = Context.current()
  return { signal: endings.get(context) ?? context.cancellationSignal }
}

/** Has `cancellation` tell of this signal in what `body` does. */
export function ending<T>(signal: AbortSignal, body: () => Promise<T>): Promise<T> {
  endings.set(Context.current(), signal)
  return body()
}

/** Says that the worker lives for as long as `body` runs; also what brings a cancellation to it. */
export async function heartbeating<T>(redact: Redact, body: () => Promise<T>): Promise<T> {
  const context = Context.current()
  cleaners.set(context, redact)
  const timer = setInterval(() => {
    beat(context)
  }, 4000)
  try {
    return await body()
  } finally {
    clearInterval(timer)
  }
}
