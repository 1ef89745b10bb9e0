import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
} from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import {
  BadInput,
  CloudBusy,
  OperationCancelled,
  RolledBack,
  StepFailed,
  toOperationError,
} from './errors.js'

const inActivity = (cause: Error) =>
  new ActivityFailure(
    'Activity task failed',
    'startMariadb',
    '1',
    RetryState.TIMEOUT,
    'worker',
    cause,
  )

describe('toOperationError', () => {
  it('finds the failure below what Temporal wraps around it', () => {
    const failure = { host: 'kolla2', command: 'docker start', tail: [], advice: 'mend it' }
    const cause = ApplicationFailure.nonRetryable('kolla2: broken', 'StepFailed', failure)
    const error = toOperationError(inActivity(cause))
    expect(error).toBeInstanceOf(StepFailed)
    expect(error).toMatchObject({ message: 'kolla2: broken', failure })
  })

  it('tells that an upgrade was undone before it tells why', () => {
    const why = inActivity(ApplicationFailure.nonRetryable('kolla1: broken', 'StepFailed'))
    const failure = ApplicationFailure.create({ type: 'RolledBack', message: 'undone', cause: why })
    const error = toOperationError(failure)
    expect(error).toBeInstanceOf(RolledBack)
    expect(error.message).toBe('undone')
  })

  it('takes findings as one list or one by one, and the message where there are none', () => {
    const finding = { severity: 'error', message: 'unknown group' }
    for (const details of [[[finding]], [finding]]) {
      const error = toOperationError(ApplicationFailure.nonRetryable('bad', 'BadInput', ...details))
      expect(error).toMatchObject({ findings: [finding] })
    }
    expect(
      toOperationError(ApplicationFailure.nonRetryable('no cloud demo', 'BadInput')),
    ).toMatchObject({
      findings: [{ severity: 'error', message: 'no cloud demo' }],
    })
  })

  it('keeps the holder of a busy cloud and cancellations apart', () => {
    const busy = ApplicationFailure.nonRetryable('busy', 'CloudBusy', 'demo-deploy-1')
    expect(toOperationError(busy)).toBeInstanceOf(CloudBusy)
    expect(toOperationError(inActivity(new CancelledFailure('')))).toBeInstanceOf(
      OperationCancelled,
    )
  })

  it('has the innermost message of anything else', () => {
    const error = toOperationError(inActivity(ApplicationFailure.create({ message: 'no route' })))
    expect(error).toMatchObject({ name: 'OperationError', message: 'no route' })
    expect(toOperationError('odd').message).toBe('odd')
  })
})

it('tells of each finding where it is', () => {
  const message = 'no key'
  const { message: text } = new BadInput([
    { severity: 'error', message, host: 'kolla1' },
    { severity: 'error', message, file: 'multinode', line: 3 },
    { severity: 'error', message },
  ])
  expect(text).toBe('kolla1: error: no key\nmultinode:3: error: no key\nno key')
})

it('shows every field as JSON, but not what it was made from', () => {
  const error = new BadInput([{ severity: 'error', message: 'wrong' }])
  error.cause = new Error('inner')
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    type: 'BadInput',
    message: 'wrong',
    findings: [{ severity: 'error', message: 'wrong' }],
  })
})
