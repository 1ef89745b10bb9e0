import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  bundleWorkflowCode,
} from '@temporalio/worker'
import type { WorkerOptions, WorkflowBundleWithSourceMap } from '@temporalio/worker'
import type { OperationInputs, OperationName, OperationResult } from '../../workflows/operations.js'
import { startTemporalServer } from './temporal-server.js'
import type { TestServer } from './temporal-server.js'

Runtime.install({ logger: new DefaultLogger('WARN') })

export const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url))

/** A real Temporal server and the workflows of this checkout. */
export class WorkflowEnvironment {
  private constructor(
    private readonly server: TestServer,
    private readonly native: NativeConnection,
    private readonly bundle: WorkflowBundleWithSourceMap,
    readonly client: Client,
  ) {}

  static async start(): Promise<WorkflowEnvironment> {
    const [server, bundle] = await Promise.all([
      startTemporalServer(),
      bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') }),
    ])
    const { address } = server
    const client = new Client({ connection: await Connection.connect({ address }) })
    const native = await NativeConnection.connect({ address })
    return new WorkflowEnvironment(server, native, bundle, client)
  }

  get address(): string {
    return this.server.address
  }

  /** Runs `body` with a worker of these activities on a task queue of its own. */
  async withWorker<T>(
    activities: object,
    body: (runs: Runs) => Promise<T>,
    options: Pick<WorkerOptions, 'connection' | 'interceptors'> = {},
  ): Promise<T> {
    const taskQueue = randomUUID()
    const worker = await Worker.create({
      connection: this.native,
      taskQueue,
      workflowBundle: this.bundle,
      activities,
      ...options,
    })
    return worker.runUntil(body(new Runs(this.client, taskQueue)))
  }

  /** A test that has run out of its time leaves a worker, which keeps its connection: the server is stopped all the same. */
  async stop(): Promise<void> {
    try {
      await this.native.close()
      await this.client.connection.close()
    } finally {
      await this.server.stop()
    }
  }
}

/** Starts operations on one task queue. */
export class Runs {
  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
  ) {}

  async start<Name extends OperationName>(
    operation: Name,
    input: OperationInputs[Name],
    workflowId: string = randomUUID(),
  ) {
    const { taskQueue } = this
    return this.client.workflow.start(operation, { taskQueue, workflowId, args: [input] })
  }

  async execute<Name extends OperationName>(
    operation: Name,
    input: OperationInputs[Name],
  ): Promise<OperationResult> {
    const handle = await this.start(operation, input)
    return (await handle.result()) as OperationResult
  }
}
