import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { Approval, Decision, StepDecision, Waiting } from './operations.js'

/** What an operation waits for; undefined while it works. */
export const waitingQuery = defineQuery<Waiting | undefined>('waiting')

/** Lets a plan, or what comes after a canary, begin. */
export const approveUpdate = defineUpdate<undefined, [Approval]>('approve')

/** What to do about a step that failed. */
export const decideUpdate = defineUpdate<undefined, [StepDecision]>('decide')

/** Holds an operation before its next step; what runs comes to its end. */
export const pauseUpdate = defineUpdate<undefined>('pause')

export const resumeUpdate = defineUpdate<undefined>('resume')

/** What a part asks its operation, where the people are: whether it may go on, or about a step that failed. */
export interface PartQuestion {
  /** Names it among the questions of this part. */
  readonly id: number
  readonly failed?: { readonly title: string; readonly reason: string }
}

/** That it may go on, or what to do about the step that failed. */
export interface PartAnswer {
  readonly id: number
  readonly decision?: Decision
}

/** From a part to its operation. */
export const askSignal = defineSignal<[PartQuestion]>('ask')

/** From a part to its operation: what it waits for, on which host; an empty text takes it away. */
export const noticeSignal = defineSignal<[text: string, host: string]>('notice')

/** From an operation to its part. */
export const answerSignal = defineSignal<[PartAnswer]>('answer')

/** From an operation to its part: to ask before its next step. */
export const holdSignal = defineSignal('hold')
