import { setCurrentDetails } from '@temporalio/workflow'

type State = 'running' | 'done' | 'failed'
const marks: Record<State, string> = { running: '⏳', done: '✅', failed: '❌' }

interface Stage {
  readonly title: string
  readonly startedAt: number
  state: State
  seconds?: number
}

/** The run as a runbook: stages and their states, shown as the workflow's current details. */
export class Stages {
  readonly #stages: Stage[] = []
  #notice = ''

  /** Runs one stage; stages may run side by side. */
  async run<T>(title: string, body: () => Promise<T>): Promise<T> {
    const stage: Stage = { title, state: 'running', startedAt: Date.now() }
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
      this.#show()
    }
  }

  /** What the run waits for, below the stages; an empty text takes it away. */
  notice(text: string): void {
    this.#notice = text
    this.#show()
  }

  #show(): void {
    const stages = this.#stages.map(({ title, state, seconds }) => {
      const time = seconds === undefined ? '' : ` (${seconds} s)`
      return `- ${marks[state]} ${title}${time}`
    })
    const notice = this.#notice === '' ? [] : [`- ⏸ ${this.#notice.replaceAll('\n', '\n  ')}`]
    setCurrentDetails([...stages, ...notice].join('\n'))
  }
}
