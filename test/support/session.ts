import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** One TCP session to somebody who sends back what it is sent: a number every 200 ms, until it is stopped. */
export class Session {
  readonly #socket: Socket
  readonly #timer: NodeJS.Timeout
  #ended: string | undefined
  #sent = 0
  #answered = 0
  #last = Date.now()
  #longestGap = 0

  constructor(address: string, port: number) {
    this.#socket = connect(port, address)
    this.#socket.on('data', (data) => {
      this.#answered += data.toString().split('\n').length - 1
      const now = Date.now()
      this.#longestGap = Math.max(this.#longestGap, now - this.#last)
      this.#last = now
    })
    this.#socket.on('error', ({ message }) => (this.#ended ??= message))
    this.#socket.on('close', () => (this.#ended ??= 'it was closed'))
    this.#timer = setInterval(() => this.#socket.write(`${++this.#sent}\n`), 200)
  }

  /** What ended it before, if anything did; answers, and the longest time without one, in milliseconds. */
  stop(): { ended: string | undefined; answered: number; longestGap: number } {
    clearInterval(this.#timer)
    const ended = this.#ended
    const longestGap = Math.max(this.#longestGap, Date.now() - this.#last)
    this.#socket.destroy()
    return { ended, answered: this.#answered, longestGap }
  }
}
