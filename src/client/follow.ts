import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Connection } from '@temporalio/client'
import type { Decoder } from './decoder.js'
import { NoWorker, UnknownOperation } from './errors.js'
import type { OperationEvent } from './events.js'
import { HistoryReader } from './history-reader.js'
import type { HistoryEvent } from './history-reader.js'
import { endedChild, startedPart } from './parts.js'
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

/** A history that is read to its end: the operation's own, or that of one of its parts. */
interface Strand {
  readonly workflowId: string
  readonly runId?: string
  readonly reader: HistoryReader
}

/** Reads a run in several ways at once; all that they find goes into one stream. */
class Follower {
  readonly events = new PassThrough({ objectMode: true })
  readonly #run: Run
  readonly #signal: AbortSignal
  readonly #own: Strand
  readonly #reader: HistoryReader
  /** By run id. */
  readonly #parts = new Map<string, { readonly strand: Strand; readonly read: Promise<void> }>()

  constructor(run: Run, signal: AbortSignal) {
    this.#run = run
    this.#signal = signal
    this.#reader = new HistoryReader(run.decoder, run.workflowId)
    this.#own = { workflowId: run.workflowId, reader: this.#reader }
  }

  /** What the history holds, to the run's end, which also ends the stream. */
  async read(): Promise<void> {
    try {
      for await (const event of this.#poll(this.#own)) {
        this.#beginPart(event)
        // What comes after a part in the operation comes after it here, too.
        await this.#parts.get(endedChild(event) ?? '')?.read
        const told = await this.#reader.read(event)
        if (this.#reader.ended) await this.#allParts()
        if (told) this.#emit(told)
        if (this.#reader.ended) break
      }
      this.events.end()
    } catch (error) {
      this.events.destroy(error as Error)
    }
    await this.#allParts()
  }

  async #allParts(): Promise<void> {
    await Promise.all([...this.#parts.values()].map(({ read }) => read))
  }

  #beginPart(event: HistoryEvent): void {
    const part = startedPart(event)
    if (!part || this.#parts.has(part.runId)) return
    const reader = new HistoryReader(this.#run.decoder, part.workflowId, 'part')
    const strand = { ...part, reader }
    const read = this.#readPart(strand).catch((error: unknown) => {
      this.events.destroy(error as Error)
    })
    this.#parts.set(part.runId, { strand, read })
  }

  async #readPart(part: Strand): Promise<void> {
    try {
      for await (const event of this.#poll(part)) {
        const told = await part.reader.read(event)
        if (told) this.#emit(told)
        if (part.reader.ended) break
      }
    } catch (error) {
      // The server forgets a part before its operation, which ended later.
      if (!(error instanceof UnknownOperation)) throw error
    }
  }

  /** History events as they are written; after an interruption from the first one on, which the reader skips. */
  async *#poll({ workflowId, runId }: Strand): AsyncGenerator<HistoryEvent> {
    const { client, connection } = this.#run
    const start = new Uint8Array()
    let nextPageToken: Uint8Array = start
    for (;;) {
      try {
        const page = await this.#ask(POLL_DEADLINE, () =>
          connection.workflowService.getWorkflowExecutionHistory({
            namespace: client.options.namespace,
            execution: { workflowId, ...(runId !== undefined && { runId }) },
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

  get #running(): Strand[] {
    const parts = [...this.#parts.values()].map(({ strand }) => strand)
    return [this.#own, ...parts.filter(({ reader }) => !reader.ended)]
  }

  /** Attempts, failures and progress of running steps, which are not in the history yet; and whether the server answers. */
  async watchSteps(): Promise<void> {
    const { client, decoder } = this.#run
    const pending = new PendingSteps(decoder)
    let connected = true
    for (;;) {
      await this.#sleep(LOOK_INTERVAL)
      try {
        for (const { workflowId, runId, reader } of this.#running) {
          const handle = client.workflow.getHandle(workflowId, runId)
          const { raw } = await this.#ask(LOOK_DEADLINE, () => handle.describe())
          connected = true
          const events = await pending.compare(raw.pendingActivities ?? [], reader)
          events.forEach((event) => this.#emit(event))
        }
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
