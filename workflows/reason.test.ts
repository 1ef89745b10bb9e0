import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure } from '@temporalio/common'
import { expect, it } from 'vitest'
import { reasonOf } from './reason.js'

const failed = (cause?: Error) =>
  new ActivityFailure('Activity task failed', 'startAlone', '1', RetryState.TIMEOUT, '', cause)

const timedOut = (last?: Error) =>
  Object.assign(
    new TimeoutFailure('activity timeout', undefined, 'SCHEDULE_TO_CLOSE'),
    last && { cause: last },
  )

it.each([
  [
    'what a step failed with',
    failed(ApplicationFailure.create({ message: 'it exited' })),
    'it exited',
  ],
  [
    'the last attempt of one whose time is over',
    failed(timedOut(ApplicationFailure.create({ message: "kolla2 can't be reached" }))),
    "kolla2 can't be reached (activity timeout)",
  ],
  ['the verb of one that never told', failed(timedOut()), 'startAlone: activity timeout'],
  ['what else was thrown', new Error('after 30 minutes'), 'after 30 minutes'],
  ['what is no error', 'nothing', 'nothing'],
])('the reason is %s', (_case, error, reason) => {
  expect(reasonOf(error)).toBe(reason)
})
