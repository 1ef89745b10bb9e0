import type { OperationEvent, Step } from '../../client/index.js'
import { formatSeconds, stepName, verbOf } from '../../client/wording.js'

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'

interface Running {
  readonly step: Step
  readonly since: Date
  text: string
}

interface Done {
  count: number
  /** Of the slowest. */
  seconds: number
}

/** An operation as a terminal shows it: ended steps condensed by verb, running ones a line each. */
export class Picture {
  #title = ''
  #startedAt = new Date()
  #seconds: number | undefined
  #stages: string[] = []
  #note = ''
  readonly #done = new Map<string, Done>()
  readonly #running = new Map<string, Running>()
  readonly #failed: string[] = []

  apply(event: OperationEvent): void {
    this.#note = ''
    switch (event.type) {
      case 'operationStarted':
        this.#title = `${verbOf(event.operation)} · ${event.workflowId}`
        this.#startedAt = event.time
        return
      case 'waitingForWorker':
      case 'workerFailed':
      case 'disconnected':
        this.#note = event.message
        return
      case 'details':
        this.#stages = event.text.split('\n').map((line) => line.replace(/^- /, ''))
        return
      case 'stepScheduled':
        this.#running.set(event.step.id, { step: event.step, since: event.time, text: '' })
        return
      case 'stepProgress':
        this.#tell(event.step, event.text)
        return
      case 'stepRetrying':
        this.#tell(event.step, `attempt ${event.attempt}, because: ${event.message}`)
        return
      case 'stepCompleted':
        this.#running.delete(event.step.id)
        this.#count(event.step.verb, event.seconds)
        return
      case 'stepFailed':
      case 'stepCancelled':
        this.#running.delete(event.step.id)
        this.#failed.push(ending(event))
        return
      case 'operationCompleted':
      case 'operationFailed':
        this.#seconds = event.seconds
        this.#stages = [] // they are told a second late
    }
  }

  /** Never more than `size`, so that the terminal does not scroll; the oldest of the ended steps give way. */
  draw(now: Date, size: { columns: number; rows: number }): string {
    const frame = Math.floor(now.getTime() / 100) % SPINNER.length
    const since = (start: Date) => (now.getTime() - start.getTime()) / 1000
    const head = `${this.#title} · ${formatSeconds(this.#seconds ?? since(this.#startedAt))}`
    const running = [...this.#running.values()].map(({ step, since: start, text }) =>
      `${SPINNER[frame] ?? ''} ${stepName(step)}  ${formatSeconds(since(start))}  ${text}`.trimEnd(),
    )
    const done = [...this.#done].map(
      ([verb, { count, seconds }]) =>
        `✔ ${verb}${count > 1 ? ` ×${count}` : ''}  ${formatSeconds(seconds)}`,
    )
    const rest = [...this.#failed, ...running, ...(this.#note ? [`! ${this.#note}`] : [])]
    const stages = this.#stages.map((stage) => `  ${stage}`)
    const room = Math.max(0, size.rows - 2 - rest.length)
    const lines = [head, ...[...stages, ...done].slice(-room || Infinity), ...rest]
    return lines
      .slice(0, Math.max(1, size.rows - 1))
      .map((line) => truncate(line, size.columns - 1))
      .join('\n')
  }

  #tell(step: Step, text: string): void {
    const running = this.#running.get(step.id)
    if (running) running.text = text.replaceAll('\n', ' ')
  }

  #count(verb: string, seconds: number): void {
    const done = this.#done.get(verb) ?? { count: 0, seconds: 0 }
    this.#done.set(verb, { count: done.count + 1, seconds: Math.max(done.seconds, seconds) })
  }
}

function ending(event: Extract<OperationEvent, { type: 'stepFailed' | 'stepCancelled' }>): string {
  const text =
    event.type === 'stepFailed' ? `  ${event.error.message.replaceAll('\n', ' ')}` : '  cancelled'
  return `✖ ${stepName(event.step)}  ${formatSeconds(event.seconds)}${text}`
}

function truncate(line: string, width: number): string {
  const characters = Array.from(line)
  return characters.length <= width ? line : `${characters.slice(0, width - 1).join('')}…`
}
