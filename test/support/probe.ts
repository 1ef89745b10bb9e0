/** What a client saw of an API while something was done to it. */
export interface Probed {
  readonly answers: number
  /** `10:47:08.369 after 1674 ms: ECONNRESET` */
  readonly failures: readonly string[]
  /** Longest time without an answer, in milliseconds. */
  readonly longestGap: number
  /** Longest time that one answer took, in milliseconds. */
  readonly slowest: number
}

/** Asks every so many milliseconds, with so many requests at most without an answer, until it is stopped. */
export class Probe {
  #answers = 0
  #failures: string[] = []
  #last = Date.now()
  #longestGap = 0
  #slowest = 0
  readonly #asked = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout

  constructor(
    private readonly ask: () => Promise<unknown>,
    { interval = 200, atOnce = Infinity }: { interval?: number; atOnce?: number } = {},
  ) {
    this.#timer = setInterval(() => {
      if (this.#asked.size >= atOnce) return
      const asked = this.#try()
      this.#asked.add(asked)
      void asked.finally(() => this.#asked.delete(asked))
    }, interval)
  }

  async stop(): Promise<Probed> {
    clearInterval(this.#timer)
    await Promise.all(this.#asked)
    return {
      answers: this.#answers,
      failures: this.#failures,
      longestGap: this.#longestGap,
      slowest: this.#slowest,
    }
  }

  async #try(): Promise<void> {
    const start = Date.now()
    try {
      await this.ask()
      this.#answers++
      const now = Date.now()
      this.#longestGap = Math.max(this.#longestGap, now - this.#last)
      this.#slowest = Math.max(this.#slowest, now - start)
      this.#last = now
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { code?: string } }
      const at = new Date(start).toISOString().slice(11, 23)
      this.#failures.push(`${at} after ${Date.now() - start} ms: ${cause?.code ?? message}`)
    }
  }
}
