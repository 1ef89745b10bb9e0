import { setCurrentDetails } from '@temporalio/workflow'

type State = 'running' | 'done' | 'failed'
const marks: Record<State, string> = { running: '⏳', done: '✅', failed: '❌' }

interface Stage {
  readonly title: string
  readonly startedAt: number
  state: State
  seconds?: number
  /** Of its seconds, those in which it waited for people, or for machines. */
  waited: number
}

/** The run as a runbook: stages and their states, shown as the workflow's current details. */
export class Stages {
  readonly #stages: Stage[] = []
  #plan = ''
  readonly #notices = new Map<string, string>()
  #waitsSince: number | undefined
  #waited = 0

  /** `told`: who else is to hear what the run waits for. */
  constructor(private readonly told?: (text: string, who: string) => void) {}

  /** Runs one stage; stages may run side by side. */
  async run<T>(title: string, body: () => Promise<T>): Promise<T> {
    const stage: Stage = { title, state: 'running', startedAt: Date.now(), waited: 0 }
    const waited = this.#waitedSoFar()
    this.#stages.push(stage)
    this.#show()
    try {
      const result = await body()
      stage.state = 'done'
      return result
    } catch (error) {
      stage.state = 'failed'
      throw error
    } finally {
      stage.seconds = Math.round((Date.now() - stage.startedAt) / 1000)
      stage.waited = Math.round((this.#waitedSoFar() - waited) / 1000)
      this.#show()
    }
  }

  /** What the run is going to do, above the stages. */
  plan(text: string): void {
    this.#plan = text
    this.#show()
  }

  /** What the run waits for, below the stages, by who waits; an empty text takes it away. */
  notice(text: string, who = ''): void {
    this.told?.(text, who)
    this.#waited = this.#waitedSoFar()
    if (text === '') this.#notices.delete(who)
    else this.#notices.set(who, text)
    this.#waitsSince = this.#notices.size === 0 ? undefined : Date.now()
    this.#show()
  }

  /** So many have begun. */
  get count(): number {
    return this.#stages.length
  }

  /** Title → seconds of work of those that are done, but for the first `skip`. */
  times(skip = 0): Record<string, number> {
    const done = this.#stages.slice(skip).filter(({ state }) => state === 'done')
    return Object.fromEntries(
      done.map(({ title, seconds = 0, waited }) => [title, seconds - waited]),
    )
  }

  #waitedSoFar(): number {
    const now = this.#waitsSince === undefined ? 0 : Date.now() - this.#waitsSince
    return this.#waited + now
  }

  #show(): void {
    const stages = this.#stages.map(({ title, state, seconds }) => {
      const time = seconds === undefined ? '' : ` (${seconds} s)`
      return `- ${marks[state]} ${title}${time}`
    })
    const told = (mark: string, text: string) =>
      text === '' ? [] : [`- ${mark} ${text.replaceAll('\n', '\n  ')}`]
    const notice = [...this.#notices.values()].join('\n')
    const lines = [...told('📋', this.#plan), ...stages, ...told('⏸', notice)]
    setCurrentDetails(lines.join('\n'))
  }
}
