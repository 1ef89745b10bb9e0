import type { OperationEvent } from '../../client/index.js'
import { formatSeconds, stepName, verbOf } from '../../client/wording.js'
import type { View } from './view.js'

/** Progress of one step is worth a line this often. */
const PROGRESS_INTERVAL = 10_000

/** `12:03:04 startMariadb kolla2 done 4.1s` */
export class LineView implements View {
  readonly #out: NodeJS.WritableStream
  readonly #toldAt = new Map<string, number>()

  constructor(out: NodeJS.WritableStream) {
    this.#out = out
  }

  show(event: OperationEvent): void {
    if (event.type === 'stepProgress' && !this.#isDue(event.step.id, event.time)) return
    const text = describeEvent(event)
    if (text !== undefined) this.#out.write(`${clock(event.time)} ${text}\n`)
  }

  end(): void {
    // every line is complete
  }

  #isDue(id: string, time: Date): boolean {
    const last = this.#toldAt.get(id)
    if (last !== undefined && time.getTime() - last < PROGRESS_INTERVAL) return false
    this.#toldAt.set(id, time.getTime())
    return true
  }
}

/** One event in a line; undefined when it says nothing that other lines don't. */
export function describeEvent(event: OperationEvent): string | undefined {
  switch (event.type) {
    case 'operationStarted':
      return `${verbOf(event.operation)} started: ${event.workflowId}`
    case 'waitingForWorker':
    case 'workerFailed':
    case 'disconnected':
      return event.message
    case 'details':
      return noticeOf(event.text)
    case 'stepScheduled':
      return `${stepName(event.step)} started`
    case 'stepProgress':
      return `${stepName(event.step)} ${event.text}`
    case 'stepRetrying':
      return `${stepName(event.step)} attempt ${event.attempt}, because: ${event.message}`
    case 'stepCompleted':
      return `${stepName(event.step)} done ${formatSeconds(event.seconds)}`
    case 'stepFailed':
      return `${stepName(event.step)} failed ${formatSeconds(event.seconds)}: ${event.error.message}`
    case 'stepCancelled':
      return `${stepName(event.step)} cancelled ${formatSeconds(event.seconds)}`
    case 'operationCompleted':
      return `done ${formatSeconds(event.seconds)}`
    case 'operationFailed':
      return `failed ${formatSeconds(event.seconds)}`
  }
}

/** What the operation waits for, below its stages. */
function noticeOf(details: string): string | undefined {
  const [, notice] = details.split('- ⏸ ')
  return notice?.replaceAll('\n  ', '\n')
}

const clock = (time: Date) => time.toTimeString().slice(0, 8)
