import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writePrivateFile } from '../state/private-file.js'
import { processStart } from './process-start.js'

/** Older lines than the last 10 MB go to `NAME.log.1` when the daemon starts. */
const LOG_LIMIT = 10 * 1024 * 1024

/** A process with that id that started at that time: a recycled id is another process. */
interface Identity {
  readonly pid: number
  readonly startedAt: string
}

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly environment?: NodeJS.ProcessEnv
}

/** One background process of this machine, known by `NAME.pid` in the state directory; its output is in `NAME.log`. */
export class Daemon {
  readonly logFile: string
  readonly #pidFile: string
  readonly #folder: string

  constructor(
    folder: string,
    readonly name: string,
  ) {
    this.#folder = folder
    this.logFile = join(folder, `${name}.log`)
    this.#pidFile = join(folder, `${name}.pid`)
  }

  /** Its process id while it runs. */
  async pid(): Promise<number | undefined> {
    return (await this.#identity())?.pid
  }

  /** Starts it in a session of its own: it outlives this process. Resolves when it was spawned. */
  async start({ command, args, environment = process.env }: Program): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const log = await this.#openLog()
    const mask = process.umask(0o077)
    try {
      const child = spawn(command, args, {
        cwd: '/',
        detached: true,
        env: environment,
        stdio: ['ignore', log.fd, log.fd],
      })
      await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
      child.unref()
      await this.#remember(child.pid)
    } finally {
      process.umask(mask)
      await log.close()
    }
  }

  /**
   * Waits until `isReady`.
   *
   * @throws an Error with the last lines of the log when it ends before, or is not ready in time
   */
  async untilReady(isReady: () => Promise<boolean>, seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000
    while (!(await isReady())) {
      const ended = (await this.pid()) === undefined
      if (ended || Date.now() > deadline) throw new Error(await this.#notReady(ended, seconds))
      await sleep(100)
    }
  }

  /** SIGTERM, then SIGKILL to one that has not ended in time. False when it did not run. */
  async stop(seconds: number): Promise<boolean> {
    const identity = await this.#identity()
    if (!identity) return false
    process.kill(identity.pid, 'SIGTERM')
    if (!(await this.#hasEnded(identity, seconds))) {
      process.kill(identity.pid, 'SIGKILL')
      await this.#hasEnded(identity, 5)
    }
    await rm(this.#pidFile, { force: true })
    return true
  }

  async #hasEnded(identity: Identity, seconds: number): Promise<boolean> {
    const deadline = Date.now() + seconds * 1000
    while (Date.now() < deadline) {
      if (!(await isAlive(identity))) return true
      await sleep(50)
    }
    return false
  }

  async #identity(): Promise<Identity | undefined> {
    const text = await readFile(this.#pidFile, 'utf8').catch(() => '')
    const [pid, startedAt] = text.trim().split(' ')
    if (!pid || !startedAt) return undefined
    const identity = { pid: Number(pid), startedAt }
    return (await isAlive(identity)) ? identity : undefined
  }

  async #remember(pid: number | undefined): Promise<void> {
    const startedAt = pid === undefined ? undefined : await processStart(pid)
    if (pid !== undefined && startedAt)
      await writePrivateFile(this.#pidFile, `${pid} ${startedAt}\n`)
  }

  async #openLog() {
    const size = await stat(this.logFile).then(
      (file) => file.size,
      () => 0,
    )
    if (size > LOG_LIMIT) await rename(this.logFile, `${this.logFile}.1`)
    return open(this.logFile, 'a', 0o600)
  }

  async #notReady(ended: boolean, seconds: number): Promise<string> {
    const log = await readFile(this.logFile, 'utf8').catch(() => '')
    const tail = log.trimEnd().split('\n').slice(-10).join('\n')
    const what = ended ? 'ended at once' : `is not ready after ${seconds} s`
    return `the ${this.name} ${what}; the last lines of ${this.logFile}:\n${tail}`
  }
}

async function isAlive({ pid, startedAt }: Identity): Promise<boolean> {
  return (await processStart(pid)) === startedAt
}
