import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client'
import type { Client, Connection, WorkflowExecutionDescription } from '@temporalio/client'
import type { OperationInputs, OperationName, Waiting } from '../../workflows/operations.js'
import { checkInput, operationInputs } from '../model/inputs.js'
import { stamp } from '../model/stamp.js'
import type { Decoder } from './decoder.js'
import { BadInput, CloudBusy, NoWorker, UnknownOperation, toOperationError } from './errors.js'
import { explain } from './explain.js'
import type { Explanation, Recorded } from './explain.js'
import type { History } from './history-reader.js'
import { OperationHandle } from './operation-handle.js'
import { summarize } from './operation-summary.js'
import type { OperationSummary } from './operation-summary.js'
import { startedPart } from './parts.js'

const QUERY_DEADLINE = 3_000

export interface StartOptions {
  /** By default `demo-deploy-20261123T061200Z`. */
  readonly workflowId?: string
}

/** A Temporal server whose workers know kolla-temporal's operations. */
export class KollaTemporal {
  readonly #client: Client
  readonly #connection: Connection
  readonly #decoder: Decoder
  readonly #taskQueue: string

  constructor(client: Client, connection: Connection, decoder: Decoder, taskQueue: string) {
    this.#client = client
    this.#connection = connection
    this.#decoder = decoder
    this.#taskQueue = taskQueue
  }

  /**
   * Starts an operation and returns as soon as the server has recorded it.
   *
   * @throws BadInput when a field of the input is missing or of another type
   * @throws CloudBusy when that very workflow id runs; another operation of the cloud shows in the result
   */
  async start<Name extends OperationName>(
    operation: Name,
    input: OperationInputs[Name],
    options: StartOptions = {},
  ): Promise<OperationHandle> {
    const findings = checkInput(operation, input)
    if (findings.length > 0) throw new BadInput(findings)
    const { cloud } = input
    const dryRun = 'dryRun' in input && input.dryRun
    const workflowId = options.workflowId ?? operationId(cloud, operation, new Date())
    try {
      await this.#client.workflow.start(operation, {
        workflowId,
        taskQueue: this.#taskQueue,
        args: [input],
        memo: { cloud, operation, ...(dryRun && { dryRun }) },
        staticSummary: `${operation} ${cloud}`,
      })
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw toOperationError(error)
      throw new CloudBusy(`${workflowId} is already there`, workflowId)
    }
    return this.get(workflowId)
  }

  /** An operation that was started before, from wherever. */
  get(workflowId: string): OperationHandle {
    return new OperationHandle({
      client: this.#client,
      connection: this.#connection,
      decoder: this.#decoder,
      taskQueue: this.#taskQueue,
      workflowId,
    })
  }

  /** The last operations of a cloud, latest first; of all clouds when none is named. */
  async history(cloud?: string, limit = 20): Promise<OperationSummary[]> {
    return this.#list('', cloud, limit)
  }

  /** The operations that run, latest first. */
  async running(cloud?: string): Promise<OperationSummary[]> {
    return this.#list(' AND ExecutionStatus = "Running"', cloud, Infinity)
  }

  async #list(
    condition: string,
    cloud: string | undefined,
    limit: number,
  ): Promise<OperationSummary[]> {
    const names = Object.keys(operationInputs).map((name) => `"${name}"`)
    const ours = `TaskQueue = "${this.#taskQueue}" AND WorkflowType IN (${names.join(', ')})`
    const query = ours + condition
    const operations: OperationSummary[] = []
    try {
      for await (const info of this.#client.workflow.list({ query })) {
        const operation = summarize(info)
        if (cloud === undefined || operation.cloud === cloud) operations.push(operation)
        if (operations.length >= limit) break
      }
    } catch (error) {
      throw toOperationError(error)
    }
    return operations
  }

  /**
   * What happened in an operation: the step that failed, or is being tried again, with everything known about it.
   *
   * @throws UnknownOperation
   */
  async explain(workflowId: string): Promise<Explanation> {
    try {
      const description = await this.#client.workflow.getHandle(workflowId).describe()
      const operation = summarize(description)
      const own = await this.#recorded(description)
      const parts = await this.#parts(own.history)
      const explanation = await explain(operation, own, parts, this.#decoder)
      const waiting = operation.status === 'running' ? await this.#waiting(workflowId) : undefined
      return { ...explanation, ...(waiting && { waiting }) }
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw toOperationError(error)
      throw new UnknownOperation(`no operation ${workflowId} is known`)
    }
  }

  async #recorded({ workflowId, runId, raw }: WorkflowExecutionDescription): Promise<Recorded> {
    const history = await this.#client.workflow.getHandle(workflowId, runId).fetchHistory()
    return { workflowId, history, pendingActivities: raw.pendingActivities ?? [] }
  }

  /** Without those that the server has forgotten already: they ended before their operation. */
  async #parts({ events }: History): Promise<Recorded[]> {
    const parts = (events ?? []).flatMap((event) => startedPart(event) ?? [])
    const recorded: Recorded[] = []
    for (const { workflowId, runId } of parts) {
      try {
        const description = await this.#client.workflow.getHandle(workflowId, runId).describe()
        recorded.push(await this.#recorded(description))
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error
      }
    }
    return recorded
  }

  /** Nothing where no worker answers, and for operations that never wait. */
  async #waiting(workflowId: string): Promise<Waiting | undefined> {
    const asked = this.#connection.withDeadline(Date.now() + QUERY_DEADLINE, () =>
      this.get(workflowId).waiting(),
    )
    return asked.catch(() => undefined)
  }

  /** @throws NoWorker when nobody has asked for work in the last minutes */
  async requireWorker(): Promise<void> {
    const { pollers } = await this.#client.workflowService.describeTaskQueue({
      namespace: this.#client.options.namespace,
      taskQueue: { name: this.#taskQueue },
    })
    if (pollers.length === 0) throw new NoWorker(this.#taskQueue)
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}

/** `demo-deploy-20261123T061200Z` */
export function operationId(cloud: string, operation: string, at: Date): string {
  return `${cloud}-${operation}-${stamp(at)}`
}
