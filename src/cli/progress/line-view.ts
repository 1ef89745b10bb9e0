import type { OperationEvent } from '../../client/index.js'
import { formatSeconds, stepName, verbOf } from '../../client/wording.js'
import type { View } from './view.js'

/** Progress of one step is worth a line this often. */
const PROGRESS_INTERVAL = 10_000

/** `12:03:04 startMariadb kolla2 done 4.1s` */
export class LineView implements View {
  readonly #out: NodeJS.WritableStream
  readonly #toldAt = new Map<string, number>()
  #plan: string | undefined

  constructor(out: NodeJS.WritableStream) {
    this.#out = out
  }

  show(event: OperationEvent): void {
    if (event.type === 'stepProgress' && !this.#isDue(event.step.id, event.time)) return
    if (event.type === 'details') this.#tellPlan(event)
    const text = describeEvent(event)
    if (text !== undefined) this.#out.write(`${clock(event.time)} ${text}\n`)
  }

  end(): void {
    // every line is complete
  }

  /** The details repeat it all along. */
  #tellPlan({ time, text }: Extract<OperationEvent, { type: 'details' }>): void {
    const plan = planOf(text)
    if (plan === undefined || plan === this.#plan) return
    this.#plan = plan
    this.#out.write(`${clock(time)} ${plan}\n`)
  }

  #isDue(id: string, time: Date): boolean {
    const last = this.#toldAt.get(id)
    if (last !== undefined && time.getTime() - last < PROGRESS_INTERVAL) return false
    this.#toldAt.set(id, time.getTime())
    return true
  }
}

/** One event in a line; undefined when it says nothing that other lines don't. */
function describeEvent(event: OperationEvent): string | undefined {
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

/** What the operation is going to do, above its stages. */
function planOf(details: string): string | undefined {
  return /^- 📋 (.*(?:\n {2}.*)*)/u.exec(details)?.[1]?.replaceAll('\n  ', '\n')
}

const clock = (time: Date) => time.toTimeString().slice(0, 8)
