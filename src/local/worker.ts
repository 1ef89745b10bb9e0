import { access, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Server } from '../client/connection.js'
import { Daemon } from './daemon.js'

/** What `npm run build` left. */
export interface Build {
  /** The worker's program. */
  readonly program: string
  /** Names the code that it runs. */
  readonly id: string
}

export interface WorkerStatus {
  readonly buildId: string
  readonly pid: number
  /** It asks the server for work. */
  readonly ready: boolean
  /** An older build only ends the runs that it began, then itself. */
  readonly current: boolean
}

/**
 * The workers of this machine, in the background: one of the current build, and older ones until the runs that they
 * began have ended.
 */
export class LocalWorkers {
  readonly #folder: string
  readonly #build: Build

  constructor(stateDirectory: string, build: Build) {
    this.#folder = stateDirectory
    this.#build = build
  }

  async status(): Promise<WorkerStatus[]> {
    const found = await Promise.all(
      (await this.#buildIds()).map(async (buildId) => {
        const pid = await this.#daemon(buildId).pid()
        if (pid === undefined) return []
        const ready = await exists(this.#readyFile(buildId))
        return [{ buildId, pid, ready, current: buildId === this.#build.id }]
      }),
    )
    return found.flat()
  }

  /** Starts a worker of the current build unless it runs, and waits until it asks the server for work. */
  async start(server: Server, profile: string | undefined): Promise<void> {
    const { id, program } = this.#build
    const daemon = this.#daemon(id)
    const readyFile = this.#readyFile(id)
    if ((await daemon.pid()) === undefined) {
      await rm(readyFile, { force: true })
      await daemon.start({
        command: process.execPath,
        args: [program],
        environment: {
          ...process.env,
          TEMPORAL_ADDRESS: server.address,
          TEMPORAL_NAMESPACE: server.namespace,
          ...(profile !== undefined && { TEMPORAL_PROFILE: profile }),
          KOLLA_TEMPORAL_STATE: this.#folder,
          KOLLA_TEMPORAL_READY_FILE: readyFile,
        },
      })
    }
    await daemon.untilReady(() => exists(readyFile), 60)
  }

  /** Stops all of them; what they were doing goes on when a worker is back. */
  async stop(): Promise<void> {
    const buildIds = await this.#buildIds()
    await Promise.all(
      buildIds.map(async (buildId) => {
        await this.#daemon(buildId).stop(20)
        await rm(this.#readyFile(buildId), { force: true })
      }),
    )
  }

  /** Builds that were started here and not stopped since. */
  async #buildIds(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => [])
    return names.flatMap((name) => /^worker-(.+)\.pid$/.exec(name)?.[1] ?? [])
  }

  #daemon(buildId: string): Daemon {
    return new Daemon(this.#folder, `worker-${buildId}`)
  }

  #readyFile(buildId: string): string {
    return join(this.#folder, `worker-${buildId}.ready`)
  }
}

/** @throws an Error that says how to build it */
export async function currentBuild(): Promise<Build> {
  const dist = new URL('../../', import.meta.url)
  const program = fileURLToPath(new URL('workers/main.js', dist))
  const id = await readFile(new URL('build-id', dist), 'utf8').catch(() => undefined)
  if (id === undefined || !(await exists(program))) {
    throw new Error(
      'the worker is not built: run `npm run build` in the checkout of kolla-temporal',
    )
  }
  return { program, id: id.trim() }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
