/** At most so many at a time; the others wait in order. */
export class Semaphore {
  private readonly waiting: (() => void)[] = []

  constructor(private free: number) {}

  /** @throws the signal's reason to who waits no longer */
  acquire(signal?: AbortSignal): Promise<void> {
    if (this.free > 0) {
      this.free--
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const next = () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const abort = () => {
        this.waiting.splice(this.waiting.indexOf(next), 1)
        reject(signal?.reason as Error)
      }
      this.waiting.push(next)
      signal?.addEventListener('abort', abort, { once: true })
      if (signal?.aborted) abort()
    })
  }

  release(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.free++
  }
}
