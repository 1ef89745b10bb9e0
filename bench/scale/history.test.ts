import { expect, test } from 'vitest'
import { costOf, worst } from './history.js'
import type { History } from './history.js'

const payloads = (bytes: number) => ({
  payloads: [{ metadata: { encoding: new Uint8Array(9000) }, data: new Uint8Array(bytes) }],
})

const scheduled = { activityType: { name: 'planCloud' }, input: payloads(40) }
const history: History = {
  events: [
    { activityTaskScheduledEventAttributes: scheduled },
    { activityTaskStartedEventAttributes: { attempt: 1 } },
    { activityTaskCompletedEventAttributes: { result: payloads(700) } },
    { workflowExecutionCompletedEventAttributes: { result: payloads(600) } },
  ].map((event, index) => ({ ...event, eventId: index + 1 }) as never),
}
const completed = history.events?.[2]?.activityTaskCompletedEventAttributes
if (completed) Object.assign(completed, { scheduledEventId: 1 })

test('the largest payload is told with what holds it', () => {
  expect(costOf(history)).toEqual({
    events: 4,
    payload: { bytes: 700, of: 'planCloud completed' },
    silences: 0,
    children: [],
  })
})

test('a step that nobody heard of counts, whether it was begun again or not', () => {
  const timeoutFailureInfo = { timeoutType: 4 }
  const events = [
    { activityTaskStartedEventAttributes: { attempt: 2, lastFailure: { timeoutFailureInfo } } },
    { activityTaskStartedEventAttributes: { attempt: 2, lastFailure: { message: 'exited' } } },
    { activityTaskTimedOutEventAttributes: { failure: { timeoutFailureInfo } } },
  ]
  expect(costOf({ events }).silences).toBe(2)
})

test('of an operation and its children, the longest history and the largest payload', () => {
  const child = { events: 9000, payload: { bytes: 1, of: 'x' }, silences: 1, children: [] }
  expect(worst([costOf(history), child])).toEqual({
    events: 9000,
    payload: { bytes: 700, of: 'planCloud completed' },
    silences: 1,
  })
})

test('children are those that began', () => {
  const workflowExecution = { workflowId: 'demo-lock' }
  const events = [{ childWorkflowExecutionStartedEventAttributes: { workflowExecution } }]
  expect(costOf({ events }).children).toEqual(['demo-lock'])
})
