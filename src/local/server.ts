import { join } from 'node:path'
import type { Connection } from '@temporalio/client'
import { isLocal, knock, openConnection, splitAddress } from '../client/connection.js'
import type { Server } from '../client/connection.js'
import { msToTs } from '@temporalio/common/lib/time.js'
import { Daemon } from './daemon.js'
import { temporalBinary } from './temporal-binary.js'

/** Web UI's port above the server's own: Temporal's convention, 8233 for 7233. */
export const UI_OFFSET = 1000

/** How long a local server remembers an operation that has ended. */
const RETENTION = '90 days'

export interface ServerStatus {
  readonly address: string
  readonly answers: boolean
  /** Only of a server that was started here. */
  readonly pid: number | undefined
  /** Only where it is known: on this machine. */
  readonly webUi: string | undefined
}

/** The local Temporal server: its data is in `temporal.db` of the state directory. */
export class LocalServer {
  readonly #daemon: Daemon
  readonly #server: Server
  readonly #folder: string

  constructor(stateDirectory: string, server: Server) {
    this.#folder = stateDirectory
    this.#server = server
    this.#daemon = new Daemon(stateDirectory, 'server')
  }

  async status(): Promise<ServerStatus> {
    const { address } = this.#server
    const pid = await this.#daemon.pid()
    const answers = pid === undefined ? await this.#answers() : await this.#listens()
    return { address, answers, pid, webUi: this.#webUi() }
  }

  /** Starts it, unless one answers already: that one is used, whoever started it. */
  async start(report: (line: string) => void): Promise<void> {
    if ((await this.status()).answers) return
    const { address, namespace } = this.#server
    if (!isLocal(address)) {
      throw new Error(
        `no Temporal server answers at ${address}, and only one of this machine can be started here: ` +
          "unset the address (--address, TEMPORAL_ADDRESS, Temporal's client profile) to use the local one",
      )
    }
    if ((await this.#daemon.pid()) === undefined) {
      const command = await temporalBinary(report)
      await this.#daemon.start({ command, args: this.#arguments(namespace) })
    }
    await this.#daemon.untilReady(() => this.#answers(), 60)
    await this.#keepHistories()
  }

  async stop(): Promise<boolean> {
    return this.#daemon.stop(15)
  }

  /** A development server forgets what has ended after a day; the history of operations is our audit. */
  async #keepHistories(): Promise<void> {
    const connection = await openConnection(this.#server)
    try {
      await connection.workflowService.updateNamespace({
        namespace: this.#server.namespace,
        config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
      })
    } finally {
      await connection.close()
    }
  }

  #arguments(namespace: string): string[] {
    const { host, port } = splitAddress(this.#server.address)
    return [
      ...['server', 'start-dev', '--log-level', 'warn', '--namespace', namespace],
      ...['--db-filename', join(this.#folder, 'temporal.db')],
      ...['--ip', host === 'localhost' ? '127.0.0.1' : host],
      ...['--port', String(port), '--ui-port', String(port + UI_OFFSET)],
    ]
  }

  #webUi(): string | undefined {
    const { address } = this.#server
    if (!isLocal(address)) return undefined
    return `http://127.0.0.1:${splitAddress(address).port + UI_OFFSET}`
  }

  /** Enough for a server of our own, and much quicker to find out. */
  async #listens(): Promise<boolean> {
    return knock(this.#server.address).then(
      () => true,
      () => false,
    )
  }

  async #answers(): Promise<boolean> {
    let connection: Connection | undefined
    try {
      connection = await openConnection(this.#server)
      await connection.workflowService.describeNamespace({ namespace: this.#server.namespace })
      return true
    } catch {
      return false
    } finally {
      await connection?.close()
    }
  }
}
