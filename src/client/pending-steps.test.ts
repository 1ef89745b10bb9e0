import { defaultPayloadConverter } from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import { Decoder } from './decoder.js'
import { PendingSteps, progressText } from './pending-steps.js'
import type { PendingActivity } from './pending-steps.js'

const step = { id: '1', verb: 'pullImages', summary: 'kolla1' }
const steps = { pending: (id: string) => (id === '1' ? step : undefined) }
const activity = (attempt: number, heartbeat?: unknown) =>
  ({
    activityId: '1',
    attempt,
    ...(attempt > 1 && { lastFailure: { message: 'no route', applicationFailureInfo: {} } }),
    ...(heartbeat !== undefined && {
      heartbeatDetails: { payloads: [defaultPayloadConverter.toPayload(heartbeat)] },
    }),
  }) as PendingActivity

describe('PendingSteps', () => {
  it('tells progress and attempts once each', async () => {
    const pending = new PendingSteps(new Decoder())
    const told = async (one: PendingActivity) =>
      (await pending.compare([one], steps)).map((event) => ({ ...event, time: undefined }))

    expect(await told(activity(1))).toEqual([])
    expect(await told(activity(1, { text: '3/10' }))).toMatchObject([
      { type: 'stepProgress', text: '3/10' },
    ])
    expect(await told(activity(1, { text: '3/10' }))).toEqual([])
    expect(await told(activity(2, { text: '3/10' }))).toMatchObject([
      { type: 'stepRetrying', attempt: 2, message: 'no route' },
    ])
    expect(await told(activity(2))).toEqual([])
  })

  it('passes over an activity that the history has not told of', async () => {
    const unknown = { ...activity(3, 'busy'), activityId: '9' }
    expect(await new PendingSteps(new Decoder()).compare([unknown], steps)).toEqual([])
  })
})

it('reads a text or an object with one', () => {
  expect(['a', { text: 'b' }, { text: 1 }, undefined, null].map(progressText)).toEqual([
    'a',
    'b',
    undefined,
    undefined,
    undefined,
  ])
})
