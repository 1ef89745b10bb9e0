import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Connection } from '@temporalio/client'
import type { Decoder } from './decoder.js'
import { NoWorker, UnknownOperation } from './errors.js'
import type { OperationEvent } from './events.js'
import { HistoryReader } from './history-reader.js'
import type { HistoryEvent } from './history-reader.js'
import { PendingSteps } from './pending-steps.js'

/** A run to read, and what it takes to read it. */
export interface Run {
  readonly client: Client
  readonly connection: Connection
  readonly decoder: Decoder
  readonly taskQueue: string
  readonly workflowId: string
}

/** The server holds a long poll for 20 s when nothing happens. */
const POLL_DEADLINE = 60_000
const LOOK_INTERVAL = 1_000
const LOOK_DEADLINE = 3_000
const PATIENCE_FOR_WORKER = 5_000

/** gRPC status codes: no such run, or the server will never answer otherwise. */
const NOT_FOUND = 5
const refusals = [3, NOT_FOUND, 7, 16]

/**
 * Everything that happened in a run and then what happens, live, until its end. Survives a server that goes away and
 * comes back. `signal` stops following; the run goes on.
 *
 * @throws UnknownOperation, or what the server answers when it refuses
 */
export async function* follow(run: Run, signal?: AbortSignal): AsyncGenerator<OperationEvent> {
  const stop = new AbortController()
  const stopped = signal ? AbortSignal.any([stop.signal, signal]) : stop.signal
  const follower = new Follower(run, stopped)
  const reading = follower.read()
  const watching = Promise.allSettled([
    follower.watchSteps(),
    follower.watchDetails(),
    follower.watchPickUp(),
  ])
  try {
    for await (const event of follower.events) yield event as OperationEvent
  } catch (error) {
    if (!stopped.aborted) throw error
  } finally {
    stop.abort()
    await Promise.all([reading, watching])
  }
}

/** Reads a run in several ways at once; all that they find goes into one stream. */
class Follower {
  readonly events = new PassThrough({ objectMode: true })
  readonly #run: Run
  readonly #signal: AbortSignal
  readonly #reader: HistoryReader

  constructor(run: Run, signal: AbortSignal) {
    this.#run = run
    this.#signal = signal
    this.#reader = new HistoryReader(run.decoder, run.workflowId)
  }

  /** What the history holds, to the run's end, which also ends the stream. */
  async read(): Promise<void> {
    try {
      for await (const event of this.#poll()) {
        const told = await this.#reader.read(event)
        if (told) this.#emit(told)
        if (this.#reader.ended) break
      }
      this.events.end()
    } catch (error) {
      this.events.destroy(error as Error)
    }
  }

  /** History events as they are written; after an interruption from the first one on, which the reader skips. */
  async *#poll(): AsyncGenerator<HistoryEvent> {
    const { client, connection, workflowId } = this.#run
    const start = new Uint8Array()
    let nextPageToken: Uint8Array = start
    for (;;) {
      try {
        const page = await this.#ask(POLL_DEADLINE, () =>
          connection.workflowService.getWorkflowExecutionHistory({
            namespace: client.options.namespace,
            execution: { workflowId },
            nextPageToken,
            waitNewEvent: true,
          }),
        )
        yield* page.history?.events ?? []
        nextPageToken = page.nextPageToken
        if (nextPageToken.length === 0) return
      } catch (error) {
        this.#signal.throwIfAborted()
        refuseIfFinal(error, workflowId)
        nextPageToken = start
        await this.#sleep(LOOK_INTERVAL)
      }
    }
  }

  /** Attempts, failures and progress of running steps, which are not in the history yet; and whether the server answers. */
  async watchSteps(): Promise<void> {
    const { client, decoder, workflowId } = this.#run
    const pending = new PendingSteps(decoder)
    let connected = true
    for (;;) {
      await this.#sleep(LOOK_INTERVAL)
      try {
        const handle = client.workflow.getHandle(workflowId)
        const { raw } = await this.#ask(LOOK_DEADLINE, () => handle.describe())
        connected = true
        const events = await pending.compare(raw.pendingActivities ?? [], this.#reader)
        events.forEach((event) => this.#emit(event))
      } catch {
        const message =
          'the Temporal server does not answer; the operation is shown again when it does'
        if (connected) this.#emit({ type: 'disconnected', time: new Date(), message })
        connected = false
      }
    }
  }

  /** The run's own account of its stages: it changes only when the history grows. */
  async watchDetails(): Promise<void> {
    let shown = ''
    let seen = 0
    for (;;) {
      await this.#sleep(LOOK_INTERVAL)
      if (!this.#reader.pickedUp || this.#reader.lastEventId === seen) continue
      seen = this.#reader.lastEventId
      const text = await this.#details().catch(() => shown)
      if (text !== shown) this.#emit({ type: 'details', time: new Date(), text })
      shown = text
    }
  }

  async #details(): Promise<string> {
    const handle = this.#run.client.workflow.getHandle(this.#run.workflowId)
    const metadata = await this.#ask(LOOK_DEADLINE, () =>
      handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata'),
    )
    return metadata.currentDetails ?? ''
  }

  async watchPickUp(): Promise<void> {
    await this.#sleep(PATIENCE_FOR_WORKER)
    if (this.#reader.pickedUp) return
    const { message } = new NoWorker(this.#run.taskQueue)
    this.#emit({ type: 'waitingForWorker', time: new Date(), message })
  }

  #emit(event: OperationEvent): void {
    if (!this.#signal.aborted && !this.events.writableEnded) this.events.write(event)
  }

  /** Has a deadline, so that the connection leaves repeating to us. A signal of its own for each request: the SDK never takes its listeners off. */
  async #ask<T>(deadline: number, request: () => Promise<T>): Promise<T> {
    const { connection } = this.#run
    return connection.withAbortSignal(AbortSignal.any([this.#signal]), () =>
      connection.withDeadline(Date.now() + deadline, request),
    )
  }

  async #sleep(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#signal })
  }
}

function refuseIfFinal(error: unknown, workflowId: string): void {
  const { code } = error as { code?: unknown }
  if (code === NOT_FOUND) throw new UnknownOperation(`no operation ${workflowId} is known`)
  if (typeof code !== 'number' || refusals.includes(code)) throw error as Error
}
