import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { homedir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudFiles } from '../src/model/cloud.js'
import { Semaphore } from '../src/ssh/semaphore.js'
import type { CheckedFiles } from './check-files.js'

/**
 * How long the reading of one cloud may take, in milliseconds. The worker reads the files again for its steps, on the thread
 * that sends every step's heartbeats and tells every host's guard that it lives: a guard ends all scripts after
 * `silenceSeconds` without a word, and words are `heartbeatMs` apart.
 */
export const longestReading = 8_000

export interface CheckingOptions {
  /** The built file of `checking-process.ts`. */
  readonly code: URL
  /** `longestReading` by default. */
  readonly timeoutMs?: number
  readonly memoryMb?: number
}

/**
 * Checks clouds' files in a process of its own: what operators write is a language with loops and references, so it may
 * take for ever or all memory. That ends the process and is a finding; nobody else's step notices. A thread would not do:
 * where V8 can't have a large piece of memory, it ends the whole process.
 */
export class FileChecker {
  readonly #turns = new Semaphore(1)
  readonly #options: Required<CheckingOptions>
  #process: Promise<ChildProcess> | undefined

  constructor({ code, timeoutMs = longestReading, memoryMb = 1024 }: CheckingOptions) {
    this.#options = { code, timeoutMs, memoryMb }
  }

  readonly check = async (files: CloudFiles): Promise<CheckedFiles> => {
    await this.#turns.acquire()
    try {
      this.#process ??= this.#start()
      return await this.#ask(await this.#process, files)
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
    const child = await this.#process?.catch(() => undefined)
    this.#process = undefined
    child?.kill('SIGKILL')
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(this.#options.code, {
      execArgv: [`--max-old-space-size=${this.#options.memoryMb}`],
      env: environment(),
      serialization: 'advanced', // errors keep their class
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    await answerOf(child)
    child.on('error', () => undefined) // whoever waits for an answer is told
    child.unref()
    child.channel?.unref()
    return child
  }

  async #ask(child: ChildProcess, files: CloudFiles): Promise<CheckedFiles> {
    const answered = new AbortController()
    const { signal } = answered
    try {
      const answer = answerOf(child, signal)
      child.send(files)
      const late = sleep(this.#options.timeoutMs, undefined, { signal }).then(() => {
        throw new TooSlow()
      })
      return (await Promise.race([answer, late])) as CheckedFiles
    } finally {
      answered.abort()
    }
  }
}

/** `~` is the worker's home there as well; a user without a name may have none. */
function environment(): NodeJS.ProcessEnv {
  try {
    return { HOME: homedir() }
  } catch {
    return {}
  }
}

/** What the process says next. Rejects with the error that it tells, and with `Ended` where it ends instead. */
async function answerOf(child: ChildProcess, signal?: AbortSignal): Promise<unknown> {
  const ended = once(child, 'exit', { signal }).then(([code, by]) => {
    throw new Ended(code as number | null, by as NodeJS.Signals | null)
  })
  const [answer] = (await Promise.race([once(child, 'message', { signal }), ended])) as [unknown]
  if (answer instanceof Error) throw answer
  return answer
}

class Ended extends Error {
  constructor(
    code: number | null,
    readonly signal: NodeJS.Signals | null,
  ) {
    super(`the process that checks files ended by ${signal ?? `exit code ${code}`}`)
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
  // V8 aborts the process that may have no more, and so does the kernel.
  if (error instanceof Ended && error.signal !== null) {
    return `the cloud's files take more than ${memoryMb} MiB of memory to read: ${wayOut}`
  }
  // A stack that is too deep, or a text that is too long.
  return error instanceof RangeError ? `the cloud's files can't be read: ${wayOut}` : undefined
}
