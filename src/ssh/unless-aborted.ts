/**
 * What `work` comes to, or the signal's reason `graceMs` after it fired; what comes later still is given back.
 */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  { graceMs = 0, giveBack }: { graceMs?: number; giveBack?: (late: T) => void } = {},
): Promise<T> {
  if (!signal) return work
  let timer: NodeJS.Timeout | undefined
  let abort = (): void => undefined
  let isGone = false
  const aborted = new Promise<never>((_resolve, reject) => {
    const leave = () => {
      isGone = true
      reject(signal.reason as Error)
    }
    abort = () => (timer = setTimeout(leave, graceMs))
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
  })
  work.then(
    (late) => {
      if (isGone) giveBack?.(late)
    },
    () => undefined, // who waits is told
  )
  try {
    return await Promise.race([work, aborted])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
