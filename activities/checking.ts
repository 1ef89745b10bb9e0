import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { CloudFiles } from '../src/model/cloud.js'
import { Semaphore } from '../src/ssh/semaphore.js'
import type { CheckedFiles } from './check-files.js'

export interface CheckingOptions {
  /** The built file of `checking-thread.ts`. */
  readonly code: URL
  /**
   * How long the reading of one cloud may take. The worker reads the files again for its steps, on the thread that sends
   * every step's heartbeats: they must come within 20 s.
   */
  readonly timeoutMs?: number
  readonly memoryMb?: number
}

/**
 * Checks clouds' files on a thread of its own: what operators write is a language with loops and references, so it may
 * take for ever or all memory. That ends the thread and is a finding; nobody else's step notices.
 */
export class FileChecker {
  readonly #turns = new Semaphore(1)
  readonly #options: Required<CheckingOptions>
  #thread: Promise<Worker> | undefined

  constructor({ code, timeoutMs = 12_000, memoryMb = 1024 }: CheckingOptions) {
    this.#options = { code, timeoutMs, memoryMb }
  }

  readonly check = async (files: CloudFiles): Promise<CheckedFiles> => {
    await this.#turns.acquire()
    try {
      this.#thread ??= this.#start()
      return await this.#ask(await this.#thread, files)
    } catch (error) {
      await this.close()
      const message = explain(error, this.#options)
      if (message === undefined) throw error
      return { findings: [{ severity: 'error', message }], secrets: [], hosts: [] }
    } finally {
      this.#turns.release()
    }
  }

  async close(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined)
    this.#thread = undefined
    await thread?.terminate()
  }

  async #start(): Promise<Worker> {
    const resourceLimits = { maxOldGenerationSizeMb: this.#options.memoryMb }
    const thread = new Worker(this.#options.code, { resourceLimits })
    await once(thread, 'message')
    thread.on('error', () => undefined) // whoever waits for an answer is told
    thread.unref()
    return thread
  }

  async #ask(thread: Worker, files: CloudFiles): Promise<CheckedFiles> {
    const answered = new AbortController()
    const { signal } = answered
    try {
      const answer = once(thread, 'message', { signal }) // rejects with the thread's error
      thread.postMessage(files)
      const late = sleep(this.#options.timeoutMs, undefined, { signal }).then(() => {
        throw new TooSlow()
      })
      const [checked] = (await Promise.race([answer, late])) as [CheckedFiles]
      return checked
    } finally {
      answered.abort()
    }
  }
}

class TooSlow extends Error {}

const wayOut = 'look for a loop, a list or a text that grows without end'

/** Undefined for what is no fault of the files. */
function explain(
  error: unknown,
  { timeoutMs, memoryMb }: Required<CheckingOptions>,
): string | undefined {
  if (error instanceof TooSlow) {
    return `the cloud's files take more than ${timeoutMs / 1000} s to read: ${wayOut}`
  }
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return `the cloud's files take more than ${memoryMb} MiB of memory to read: ${wayOut}`
  }
  // A stack that is too deep, or a text that is too long.
  return error instanceof RangeError ? `the cloud's files can't be read: ${wayOut}` : undefined
}
