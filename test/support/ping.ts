import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Asks an address for an echo every 200 ms, from this machine, until it is stopped. */
export class Ping {
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #began = Date.now()
  readonly #answered: number[] = []

  constructor(address: string) {
    this.#process = spawn('ping', ['-n', '-i', '0.2', address], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#ended = once(this.#process, 'exit')
    let rest = ''
    this.#process.stdout?.on('data', (data: Buffer) => {
      const lines = `${rest}${data.toString()}`.split('\n')
      rest = lines.pop() ?? ''
      this.#answered.push(...lines.filter((it) => it.includes('bytes from')).map(() => Date.now()))
    })
  }

  /** Answers, and the longest time without any, from the beginning until now, in milliseconds. */
  async stop(): Promise<{ answers: number; longestGap: number }> {
    this.#process.kill('SIGINT')
    await this.#ended
    const moments = [this.#began, ...this.#answered, Date.now()]
    const gaps = moments.slice(1).map((at, index) => at - (moments[index] ?? at))
    return { answers: this.#answered.length, longestGap: Math.max(...gaps) }
  }
}
