import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import { badInput } from './bad-input.js'
import type { Hand } from './attempt.js'
import { answerSignal, askSignal, holdSignal, noticeSignal } from './messages.js'
import type { PartAnswer, PartQuestion } from './messages.js'
import type { Decision } from './operations.js'
import { Stages } from './stages.js'

/** A person's hand on a part: its operation has the questions and passes the answers on. */
export class PartHand implements Hand {
  /** The part's own; what it waits for is told to the operation, too, which people look at. */
  readonly stages: Stages
  readonly #operation = operation()
  readonly #answers = new Map<number, PartAnswer>()
  readonly #open = new Map<number, string>()
  readonly #told = new Map<string, string>()
  #telling: Promise<unknown> = Promise.resolve()
  #asked = 0
  #held = false

  constructor() {
    this.stages = new Stages((text, host) => {
      if (host !== '') this.#tell(text, host)
    })
    setHandler(holdSignal, () => {
      this.#held = true
    })
    setHandler(answerSignal, (answer) => {
      this.#answers.set(answer.id, answer)
      if (answer.decision === undefined) this.#held = false
    })
  }

  async ready(): Promise<void> {
    if (this.#held) await this.#ask({}, 'paused by a person')
  }

  async decide(title: string, reason: string): Promise<Decision> {
    const what = `${title} failed: ${reason}`
    const { decision = 'abort' } = await this.#ask({ failed: { title, reason } }, what)
    return decision
  }

  /** Waits until the operation has been told everything: to what has ended nobody listens. */
  async end(): Promise<void> {
    await this.#telling
  }

  async #ask(question: Omit<PartQuestion, 'id'>, what: string): Promise<PartAnswer> {
    const id = ++this.#asked
    this.#show(id, `${what}\nIt waits for an answer to ${this.#operation.workflowId}`)
    try {
      await this.#operation.signal(askSignal, { id, ...question })
      await condition(() => this.#answers.has(id))
    } finally {
      this.#show(id)
    }
    return this.#answers.get(id) ?? { id }
  }

  /** The operation shows its questions itself. */
  #show(id: number, text?: string): void {
    if (text === undefined) this.#open.delete(id)
    else this.#open.set(id, text)
    this.stages.notice([...this.#open.values()].join('\n'))
  }

  #tell(text: string, host: string): void {
    if (text === (this.#told.get(host) ?? '')) return
    this.#told.set(host, text)
    const telling = CancellationScope.nonCancellable(() =>
      this.#operation.signal(noticeSignal, text, host),
    )
    // An operation that has gone reads nothing, and the part goes with it.
    this.#telling = Promise.allSettled([this.#telling, telling])
  }
}

function operation() {
  const { parent } = workflowInfo()
  if (parent) return getExternalWorkflowHandle(parent.workflowId, parent.runId)
  const message =
    'a part is started by its operation alone: start an upgrade or a rollback in its place'
  throw badInput(message)
}
