import { condition, setHandler } from '@temporalio/workflow'
import type { ApplicationFailure } from '@temporalio/common'
import { badInput } from './bad-input.js'
import { attempt } from './attempt.js'
import type { Hand } from './attempt.js'
import { approveUpdate, decideUpdate, pauseUpdate, resumeUpdate, waitingQuery } from './messages.js'
import type { Approval, Decision, OnFailure, StepDecision, Waiting } from './operations.js'
import type { Stages } from './stages.js'

/** Something that waits, and the one answer that it gets. */
interface Question {
  readonly waiting: Waiting
  answer?: Decision | 'approved'
}

/**
 * The hand of a person on an operation that runs: approvals, pauses, and decisions about steps that failed. Make it
 * before anything is awaited: it answers from the first moment of a run.
 */
export class Control implements Hand {
  /** Hosts of one batch run side by side: several may wait at once. */
  #questions: readonly Question[] = []
  #paused = false
  #skipped: string[] = []
  /** How often each step has asked: an answer to the first time is none to the second. */
  readonly #asked = new Map<string, number>()
  #onFailure: OnFailure
  #choices: readonly Decision[] = ['retry', 'skip', 'rollback', 'abort']

  constructor(
    private readonly stages: Stages,
    onFailure: OnFailure = 'pause',
  ) {
    this.#onFailure = onFailure
    setHandler(waitingQuery, () => this.#questions[0]?.waiting)
    setHandler(pauseUpdate, () => this.#pause(true))
    setHandler(resumeUpdate, () => this.#pause(false))
    setHandler(approveUpdate, (approval) => this.#answer(nameOf(approval), 'approved'), {
      validator: (approval: Approval) => void this.#find(nameOf(approval), approvals),
    })
    setHandler(decideUpdate, (given) => this.#answer(...named(given)), {
      validator: (given: StepDecision) => this.#check(...named(given)),
    })
  }

  /** Steps that somebody chose to leave undone. */
  get skipped(): readonly string[] {
    return this.#skipped
  }

  /** From here on everything is a way back: there is none from that, and what fails waits for a person. */
  goBack(onFailure: Exclude<OnFailure, 'rollback'> = 'pause'): void {
    this.#onFailure = onFailure
    this.#choices = ['retry', 'skip', 'abort']
  }

  /** Waits until somebody approves the plan, or the step, that is named; at most for `milliseconds`. */
  async approval(waiting: Waiting, milliseconds?: number): Promise<void> {
    await this.#ask(waiting, milliseconds)
  }

  /** As `attempt` says; answers come from a person, or from the operation's input. */
  async attempt(
    title: string,
    body: () => Promise<unknown>,
    when?: 'ready' | 'at once',
  ): Promise<boolean> {
    return attempt(this, title, body, when)
  }

  /** Whether somebody holds the operation before its next step. */
  get paused(): boolean {
    return this.#paused
  }

  async ready(): Promise<void> {
    if (!this.#paused) return
    const question = { waiting: { kind: 'paused', what: 'paused by a person' } as const }
    await this.#wait(question, () => !this.#paused)
  }

  async decide(title: string, reason: string): Promise<Decision> {
    const decision = await this.#decision(title, reason)
    if (decision === 'skip') this.#skipped = [...this.#skipped, title]
    return decision
  }

  async #decision(title: string, reason: string): Promise<Decision> {
    if (this.#onFailure === 'stop') return 'abort'
    if (this.#onFailure === 'rollback') return 'rollback'
    const count = (this.#asked.get(title) ?? 0) + 1
    this.#asked.set(title, count)
    const step = count === 1 ? title : `${title}, attempt ${count}`
    const answer = await this.#ask({ kind: 'failure', what: `${title} failed: ${reason}`, step })
    return answer === undefined || answer === 'approved' ? 'abort' : answer
  }

  async #ask(waiting: Waiting, milliseconds?: number): Promise<Question['answer']> {
    const question: Question = { waiting }
    await this.#wait(question, () => question.answer !== undefined, milliseconds)
    return question.answer
  }

  async #wait(question: Question, until: () => boolean, milliseconds?: number): Promise<void> {
    this.#show([...this.#questions, question])
    try {
      await (milliseconds === undefined ? condition(until) : condition(until, milliseconds))
    } finally {
      this.#show(this.#questions.filter((other) => other !== question))
    }
  }

  #show(questions: readonly Question[]): void {
    this.#questions = questions
    this.stages.notice(this.#describe(questions))
  }

  #pause(paused: boolean): undefined {
    this.#paused = paused
  }

  /** An unnamed one is of a history that was recorded when answers had no name: validators let none in any more. */
  #answer(name: string | undefined, answer: Decision | 'approved'): undefined {
    const kinds = answer === 'approved' ? approvals : failures
    const question = name === undefined ? this.#open(kinds)[0] : this.#find(name, kinds)
    if (question) question.answer = answer
  }

  /** @throws ApplicationFailure that says what waits, where what is named does not, or not any more */
  #find(name: string | undefined, kinds: readonly Waiting['kind'][]): Question {
    const wanted = kinds === approvals ? 'an approval' : 'a decision'
    const open = this.#open(kinds)
    if (open.length === 0) throw this.#refused(`nothing waits for ${wanted}`)
    const question = open.find(({ waiting }) => name !== undefined && nameOf(waiting) === name)
    if (question) return question
    throw this.#refused(`${name ?? 'what has no name'} does not wait for ${wanted}`)
  }

  #check(step: string | undefined, decision: Decision): void {
    this.#find(step, failures)
    if (this.#choices.includes(decision)) return
    throw this.#refused(`${decision} is no decision here: there are ${this.#choices.join(', ')}`)
  }

  /** What has no answer yet: of two that come in one moment, the second is refused. */
  #open(kinds: readonly Waiting['kind'][]): Question[] {
    return this.#questions.filter(
      ({ waiting, answer }) => kinds.includes(waiting.kind) && answer === undefined,
    )
  }

  /** What waits, and the update that answers it, as the Web UI takes it. */
  #describe(questions: readonly Question[]): string {
    return questions.map(({ waiting }) => `${waiting.what}\n${this.#wanted(waiting)}`).join('\n')
  }

  #wanted({ kind, plan, step }: Waiting): string {
    if (kind === 'paused') return 'It waits for resume'
    if (kind !== 'failure') return `It waits for approve ${JSON.stringify({ plan, step })}`
    const [first, ...others] = this.#choices
    return `It waits for decide ${JSON.stringify({ step, decision: first })}, or ${others.join(', ')}`
  }

  #refused(message: string): ApplicationFailure {
    const open = this.#questions.filter(({ answer }) => answer === undefined)
    const waits = open.length === 0 ? '' : `. What waits:\n${this.#describe(open)}`
    return badInput(`${message}${waits}`)
  }
}

const approvals: readonly Waiting['kind'][] = ['approval', 'canary']
const failures: readonly Waiting['kind'][] = ['failure']

/** From the Web UI anything may come, nothing included. */
function nameOf(it: { readonly plan?: string; readonly step?: string } | undefined) {
  return it?.plan ?? it?.step
}

/** A decision alone, or nothing, names no step. */
function named(given: StepDecision | Decision | undefined): [string | undefined, Decision] {
  if (typeof given === 'object') return [given.step, given.decision]
  return [undefined, given ?? 'abort']
}
