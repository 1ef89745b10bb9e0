import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Connection } from '@temporalio/client'
import type { Decoder } from './decoder.js'
import { NoWorker, UnknownOperation, toOperationError } from './errors.js'
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
const PATIENCE_FOR_WORKER = 5_000
const RECONNECT_INTERVAL = 1_000

const NOT_FOUND = 5
const UNAUTHENTICATED = 16
const PERMISSION_DENIED = 7
const INVALID_ARGUMENT = 3
const final = [NOT_FOUND, UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT]

/**
 * Everything that happened in a run and then what happens, live, until its end. Survives a server that goes away and
 * comes back. `signal` stops following; the run goes on.
 *
 * @throws UnknownOperation, or what the server answers when it refuses
 */
export async function* follow(run: Run, signal?: AbortSignal): AsyncGenerator<OperationEvent> {
  const stop = new AbortController()
  const stopped = signal ? AbortSignal.any([stop.signal, signal]) : stop.signal
  const reader = new HistoryReader(run.decoder, run.workflowId)
  const events = new PassThrough({ objectMode: true })
  const emit = (event: OperationEvent) => void events.write(event)

  const reading = readHistory(run, reader, emit, stopped)
    .then(() => events.end())
    .catch((error: unknown) => events.destroy(stopped.aborted ? undefined : (error as Error)))
  const looking = Promise.allSettled([
    watchPending(run, reader, emit, stopped),
    watchDetails(run, reader, emit, stopped),
    watchPickUp(run, reader, emit, stopped),
  ])
  try {
    for await (const event of events) yield event as OperationEvent
  } catch (error) {
    if (!stopped.aborted) throw error
  } finally {
    stop.abort()
    await Promise.all([reading, looking])
  }
}

type Emit = (event: OperationEvent) => void

async function readHistory(run: Run, reader: HistoryReader, emit: Emit, signal: AbortSignal) {
  let connected = true
  for await (const event of pollHistory(run, signal, (error) => {
    if (connected) emit({ type: 'disconnected', time: new Date(), message: error.message })
    connected = false
  })) {
    connected = true
    const told = await reader.read(event)
    if (told) emit(told)
    if (reader.ended) return
  }
}

/** History events as they are written. After an interruption it begins anew: readers skip what they know. */
async function* pollHistory(
  { client, connection, workflowId }: Run,
  signal: AbortSignal,
  onInterruption: (error: Error) => void,
): AsyncGenerator<HistoryEvent> {
  const { namespace } = client.options
  const start = new Uint8Array()
  let nextPageToken: Uint8Array = start
  let runId = ''
  while (!signal.aborted) {
    try {
      const request = {
        namespace,
        execution: { workflowId, ...(runId && { runId }) },
        nextPageToken,
        waitNewEvent: true,
      }
      const page = await connection.withAbortSignal(signal, () =>
        connection.withDeadline(Date.now() + POLL_DEADLINE, () =>
          connection.workflowService.getWorkflowExecutionHistory(request),
        ),
      )
      const events = page.history?.events ?? []
      runId ||= events[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? ''
      yield* events
      nextPageToken = page.nextPageToken
      if (nextPageToken.length === 0) return
    } catch (error) {
      signal.throwIfAborted()
      refuseIfFinal(error, workflowId)
      onInterruption(toOperationError(error))
      nextPageToken = start
      await sleep(RECONNECT_INTERVAL, undefined, { signal })
    }
  }
}

function refuseIfFinal(error: unknown, workflowId: string): void {
  const { code } = error as { code?: unknown }
  if (code === NOT_FOUND) throw new UnknownOperation(`no operation ${workflowId} is known`)
  if (typeof code !== 'number' || final.includes(code)) throw error as Error
}

/** Attempts, failures and progress of running steps: they are not in the history yet. */
async function watchPending(run: Run, reader: HistoryReader, emit: Emit, signal: AbortSignal) {
  const pending = new PendingSteps(run.decoder)
  await everySecond(signal, async () => {
    if (reader.pendingSteps.length === 0) return
    const { raw } = await run.client.workflow.getHandle(run.workflowId).describe()
    for (const event of await pending.compare(raw.pendingActivities ?? [], reader)) emit(event)
  })
}

async function watchDetails(run: Run, reader: HistoryReader, emit: Emit, signal: AbortSignal) {
  let shown = ''
  await everySecond(signal, async () => {
    if (!reader.pickedUp || reader.ended) return
    const handle = run.client.workflow.getHandle(run.workflowId)
    const metadata: { currentDetails?: string } = await handle.query('__temporal_workflow_metadata')
    const text = metadata.currentDetails ?? ''
    if (text !== shown && !signal.aborted) emit({ type: 'details', time: new Date(), text })
    shown = text
  })
}

async function watchPickUp(run: Run, reader: HistoryReader, emit: Emit, signal: AbortSignal) {
  await sleep(PATIENCE_FOR_WORKER, undefined, { signal })
  if (reader.pickedUp) return
  const { message } = new NoWorker(run.taskQueue)
  emit({ type: 'waitingForWorker', time: new Date(), message })
}

/** What fails here is told by the history, or succeeds a second later. */
async function everySecond(signal: AbortSignal, look: () => Promise<void>): Promise<void> {
  for (;;) {
    await sleep(LOOK_INTERVAL, undefined, { signal })
    await look().catch(() => undefined)
  }
}
