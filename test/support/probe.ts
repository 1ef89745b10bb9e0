import type { Keystone } from './keystone.js'

/** What a client saw of an API while something was done to it. */
export interface Probed {
  readonly issued: number
  /** `10:47:08.369 after 1674 ms: ECONNRESET` */
  readonly failures: readonly string[]
  /** Longest time without an answer, in milliseconds. */
  readonly longestGap: number
}

/** Asks for a token every 200 ms, however long the answers take, until it is stopped. */
export class TokenProbe {
  #issued = 0
  #failures: string[] = []
  #last = Date.now()
  #longestGap = 0
  readonly #asked = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout

  constructor(private readonly keystone: Keystone) {
    this.#timer = setInterval(() => {
      const asked = this.#ask()
      this.#asked.add(asked)
      void asked.finally(() => this.#asked.delete(asked))
    }, 200)
  }

  async stop(): Promise<Probed> {
    clearInterval(this.#timer)
    await Promise.all(this.#asked)
    return { issued: this.#issued, failures: this.#failures, longestGap: this.#longestGap }
  }

  async #ask(): Promise<void> {
    const start = Date.now()
    try {
      await this.keystone.token()
      this.#issued++
      const now = Date.now()
      this.#longestGap = Math.max(this.#longestGap, now - this.#last)
      this.#last = now
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { code?: string } }
      const at = new Date(start).toISOString().slice(11, 23)
      this.#failures.push(`${at} after ${Date.now() - start} ms: ${cause?.code ?? message}`)
    }
  }
}
