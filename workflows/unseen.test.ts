import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
} from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import { unseen } from './unseen.js'

const failed = (cause: Error) =>
  new ActivityFailure('failed', 'observeHost', '1', RetryState.MAXIMUM_ATTEMPTS_REACHED, '', cause)

describe('a host that could not be looked at', () => {
  it('is what the adapters found', () => {
    const found = [{ severity: 'error', host: 'kolla2', message: 'connection refused' }]
    const failure = ApplicationFailure.create({ type: 'HostUnreachable', details: [found] })
    expect(unseen('kolla2', failed(failure))).toEqual(found)
  })

  it('is a step that failed, with its advice', () => {
    const failure = ApplicationFailure.create({
      type: 'StepFailed',
      message: 'kolla2: observe the host ended with exit code 1',
      details: [{ host: 'kolla2', command: 'observe the host', tail: [], advice: 'mend it' }],
    })
    expect(unseen('kolla2', failed(failure))).toEqual([
      {
        severity: 'error',
        host: 'kolla2',
        message: 'observe the host ended with exit code 1\n  mend it',
      },
    ])
  })

  it('is one of which nothing was heard in time', () => {
    const [finding] = unseen(
      'kolla2',
      failed(new TimeoutFailure('timed out', undefined, 'START_TO_CLOSE')),
    )
    expect(finding).toMatchObject({ severity: 'error', host: 'kolla2' })
    expect(finding?.message).toContain('run the same command again')
  })

  it('is none where the run is cancelled', () => {
    const failure = failed(new CancelledFailure('cancelled'))
    expect(() => unseen('kolla2', failure)).toThrow(failure)
  })
})
