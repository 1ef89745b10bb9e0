import { condition, isCancellation, setHandler } from '@temporalio/workflow'
import { ActivityFailure, ApplicationFailure } from '@temporalio/common'
import { approveUpdate, decideUpdate, pauseUpdate, resumeUpdate, waitingQuery } from './messages.js'
import type { Approval, Decision, OnFailure, Waiting } from './operations.js'
import type { Stages } from './stages.js'

/** A person, or the operation's input, wants everything undone that was done so far. */
export class RollbackWanted extends Error {
  constructor(override readonly cause: unknown) {
    super('rollback')
  }
}

/** The hand of a person on an operation that runs: approvals, pauses, and decisions about steps that failed. */
export class Control {
  /** Hosts of one batch run side by side: one may wait for a decision while another is paused. */
  #waits: readonly Waiting[] = []
  #paused = false
  #approved = false
  #decision: Decision | undefined
  /** Ends with the last decision that somebody has been asked for. */
  #turns: Promise<void> = Promise.resolve()
  #skipped: string[] = []
  #onFailure: OnFailure
  #choices: readonly Decision[] = ['retry', 'skip', 'rollback', 'abort']

  constructor(
    private readonly stages: Stages,
    onFailure: OnFailure = 'pause',
  ) {
    this.#onFailure = onFailure
    setHandler(waitingQuery, () => this.#waits[0])
    setHandler(pauseUpdate, () => this.#pause(true))
    setHandler(resumeUpdate, () => this.#pause(false))
    setHandler(approveUpdate, () => this.#approve(), {
      validator: (approval: Approval) => this.#checkApproval(approval),
    })
    setHandler(decideUpdate, (decision: Decision) => this.#decide(decision), {
      validator: (decision: Decision) => this.#checkDecision(decision),
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

  /** Waits until somebody approves, at most for `milliseconds`. */
  async approval(waiting: Waiting, milliseconds?: number): Promise<void> {
    this.#approved = false
    await this.#wait(waiting, () => this.#approved, milliseconds)
  }

  /**
   * Does one step of an operation, when nobody has paused it, or at once: where to wait would do harm. If it fails, the
   * operation's input or a person says what to do. Returns whether it was done, and not skipped.
   *
   * @throws RollbackWanted, or the step's own error
   */
  async attempt(
    title: string,
    body: () => Promise<unknown>,
    when: 'ready' | 'at once' = 'ready',
  ): Promise<boolean> {
    for (;;) {
      if (when === 'ready') await this.#ready()
      try {
        await body()
        return true
      } catch (error) {
        if (isCancellation(error)) throw error
        const decision = await this.#ask(title, error)
        if (decision === 'abort') throw error
        if (decision === 'rollback') throw new RollbackWanted(error)
        if (decision === 'retry') continue
        this.#skipped = [...this.#skipped, title]
        return false
      }
    }
  }

  async #ready(): Promise<void> {
    if (!this.#paused) return
    await this.#wait({ kind: 'paused', what: 'paused by a person' }, () => !this.#paused)
  }

  async #ask(title: string, error: unknown): Promise<Decision> {
    if (this.#onFailure === 'stop') return 'abort'
    if (this.#onFailure === 'rollback') return 'rollback'
    const what = `${title} failed: ${reasonOf(error)}`
    // Of several that failed, one is decided after the other.
    const turn = this.#turns.then(() => this.#askFor(what))
    this.#turns = turn.then(nothing, nothing)
    return turn
  }

  async #askFor(what: string): Promise<Decision> {
    this.#decision = undefined
    await this.#wait({ kind: 'failure', what }, () => this.#decision !== undefined)
    return this.#decided()
  }

  #decided(): Decision {
    return this.#decision ?? 'abort'
  }

  async #wait(waiting: Waiting, until: () => boolean, milliseconds?: number): Promise<void> {
    this.#show([...this.#waits, waiting])
    try {
      await (milliseconds === undefined ? condition(until) : condition(until, milliseconds))
    } finally {
      this.#show(this.#waits.filter((other) => other !== waiting))
    }
  }

  #show(waits: readonly Waiting[]): void {
    this.#waits = waits
    this.stages.notice(waits.map((waiting) => this.#describe(waiting)).join('\n'))
  }

  #waitsFor(...kinds: readonly Waiting['kind'][]): Waiting | undefined {
    return this.#waits.find(({ kind }) => kinds.includes(kind))
  }

  #pause(paused: boolean): undefined {
    this.#paused = paused
  }

  #approve(): undefined {
    this.#approved = true
  }

  #decide(decision: Decision): undefined {
    this.#decision = decision
  }

  #checkApproval(approval: Approval): void {
    const waiting = this.#waitsFor('approval', 'canary')
    if (!waiting) throw refused(`nothing waits for an approval${this.#insteadOf()}`)
    if (waiting.plan !== undefined && approval.plan !== waiting.plan) {
      const named = approval.plan ?? 'one without a name'
      throw refused(
        `the plan is ${waiting.plan} now, not ${named}: read it again, and approve that`,
      )
    }
  }

  #checkDecision(decision: Decision): void {
    if (!this.#waitsFor('failure')) {
      throw refused(`no step that failed waits for a decision${this.#insteadOf()}`)
    }
    if (!this.#choices.includes(decision)) {
      throw refused(`${decision} is no decision here: there are ${this.#choices.join(', ')}`)
    }
  }

  #describe({ kind, what, plan }: Waiting): string {
    if (kind === 'failure') return `${what}\nIt waits for a decision: ${this.#choices.join(', ')}`
    if (kind === 'paused') return `${what}: it waits for resume`
    return `${what}\nIt waits for an approval${plan === undefined ? '' : ` of plan ${plan}`}`
  }

  #insteadOf(): string {
    const [waiting] = this.#waits
    return waiting === undefined ? '' : `; it waits because: ${waiting.what}`
  }
}

const nothing = () => undefined

/** What a person must know of a failure: the reason, not Temporal's wrapping. */
export function reasonOf(error: unknown): string {
  if (error instanceof ActivityFailure && error.cause) return error.cause.message
  return error instanceof Error ? error.message : String(error)
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'BadInput')
}
