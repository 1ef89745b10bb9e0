import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Server } from '../client/connection.js'
import { Daemon } from './daemon.js'

export interface WorkerStatus {
  readonly pid: number | undefined
  readonly ready: boolean
}

/** The worker of this machine, in the background. */
export class LocalWorker {
  readonly #daemon: Daemon
  readonly #readyFile: string
  readonly #folder: string

  constructor(
    stateDirectory: string,
    /** The built program; by default the one beside this file. */
    readonly program = fileURLToPath(new URL('../../workers/main.js', import.meta.url)),
  ) {
    this.#folder = stateDirectory
    this.#daemon = new Daemon(stateDirectory, 'worker')
    this.#readyFile = join(stateDirectory, 'worker.ready')
  }

  async status(): Promise<WorkerStatus> {
    const pid = await this.#daemon.pid()
    return { pid, ready: pid !== undefined && (await exists(this.#readyFile)) }
  }

  /** Starts it unless it runs, and waits until it asks the server for work. */
  async start(server: Server, profile: string | undefined): Promise<void> {
    if ((await this.#daemon.pid()) === undefined) {
      await rm(this.#readyFile, { force: true })
      await this.#daemon.start({
        command: process.execPath,
        args: [this.program],
        environment: {
          ...process.env,
          TEMPORAL_ADDRESS: server.address,
          TEMPORAL_NAMESPACE: server.namespace,
          ...(profile !== undefined && { TEMPORAL_PROFILE: profile }),
          KOLLA_TEMPORAL_STATE: this.#folder,
          KOLLA_TEMPORAL_READY_FILE: this.#readyFile,
        },
      })
    }
    await this.#daemon.untilReady(() => exists(this.#readyFile), 60)
  }

  /** It is given time to tell its running steps; another worker, or its next start, goes on with them. */
  async stop(): Promise<boolean> {
    return this.#daemon.stop(20)
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
