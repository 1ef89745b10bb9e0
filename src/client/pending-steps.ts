import type { WorkflowExecutionDescription } from '@temporalio/client'
import type { Decoder } from './decoder.js'
import { toOperationError } from './errors.js'
import type { OperationEvent, Step } from './events.js'

export type PendingActivity = NonNullable<
  WorkflowExecutionDescription['raw']['pendingActivities']
>[number]

/** Compares what the server says about running steps with what it said before. */
export class PendingSteps {
  readonly #decoder: Decoder
  readonly #known = new Map<string, { attempt: number; text: string }>()

  constructor(decoder: Decoder) {
    this.#decoder = decoder
  }

  /** Events for every step that began another attempt or made progress. */
  async compare(
    activities: readonly PendingActivity[],
    steps: { pending(activityId: string): Step | undefined },
  ): Promise<OperationEvent[]> {
    const events = await Promise.all(
      activities.map(async (activity) => {
        const step = steps.pending(activity.activityId ?? '')
        return step ? this.#compareOne(activity, step) : []
      }),
    )
    return events.flat()
  }

  async #compareOne(activity: PendingActivity, step: Step): Promise<OperationEvent[]> {
    const known = this.#known.get(step.id) ?? { attempt: 1, text: '' }
    const attempt = activity.attempt ?? 1
    const text = progressText(await this.#decoder.first(activity.heartbeatDetails)) ?? known.text
    this.#known.set(step.id, { attempt, text })

    const time = new Date()
    const events: OperationEvent[] = []
    if (attempt > known.attempt && activity.lastFailure) {
      const { message } = toOperationError(await this.#decoder.error(activity.lastFailure))
      events.push({ type: 'stepRetrying', time, step, attempt, message })
    }
    if (text !== known.text) events.push({ type: 'stepProgress', time, step, text })
    return events
  }
}

/** Activities heartbeat a text, or an object that has one. */
export function progressText(heartbeat: unknown): string | undefined {
  if (typeof heartbeat === 'string') return heartbeat
  const { text } = (heartbeat ?? {}) as { text?: unknown }
  return typeof text === 'string' ? text : undefined
}
