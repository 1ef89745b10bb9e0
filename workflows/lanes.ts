import { condition } from '@temporalio/workflow'

/** So many things at once: who comes later waits for one to end, however that ends. */
export class Lanes {
  #free: number

  constructor(count: number) {
    this.#free = count
  }

  async run<T>(body: () => Promise<T>): Promise<T> {
    // Several that wait are woken together.
    while (this.#free === 0) await condition(() => this.#free > 0)
    this.#free--
    try {
      return await body()
    } finally {
      this.#free++
    }
  }
}
