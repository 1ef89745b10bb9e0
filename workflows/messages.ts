import { defineQuery, defineUpdate } from '@temporalio/workflow'
import type { Approval, StepDecision, Waiting } from './operations.js'

/** What an operation waits for; undefined while it works. */
export const waitingQuery = defineQuery<Waiting | undefined>('waiting')

/** Lets a plan, or what comes after a canary, begin. */
export const approveUpdate = defineUpdate<undefined, [Approval]>('approve')

/** What to do about a step that failed. */
export const decideUpdate = defineUpdate<undefined, [StepDecision]>('decide')

/** Holds an operation before its next step; what runs comes to its end. */
export const pauseUpdate = defineUpdate<undefined>('pause')

export const resumeUpdate = defineUpdate<undefined>('resume')
