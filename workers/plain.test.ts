import { ApplicationFailure } from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import { Secrets } from '../activities/redact.js'
import { redactedValue } from '../activities/failures.js'
import { plain } from './plain.js'

describe('what a line of the log tells', () => {
  it('of an error: type, message, stack and causes, wherever it stands', () => {
    const cause = new TypeError('no such field')
    const error = ApplicationFailure.create({ type: 'StepFailed', message: 'it broke', cause })
    const told = plain({ activity: 'startMariadb', inner: { error } })
    expect(told).toMatchObject({
      activity: 'startMariadb',
      inner: {
        error: {
          type: 'StepFailed',
          message: 'it broke',
          stack: expect.stringContaining('plain.test.ts') as string,
          cause: { type: 'TypeError', message: 'no such field' },
        },
      },
    })
    expect(JSON.parse(JSON.stringify(told))).toEqual(told)
  })

  it('of several at once: each', () => {
    const error = new AggregateError([new Error('kolla1'), new Error('kolla2')], 'both')
    expect(plain({ error })).toMatchObject({
      error: { message: 'both', errors: [{ message: 'kolla1' }, { message: 'kolla2' }] },
    })
  })

  it('without secrets, in a cause and its stack too', () => {
    const secrets = new Secrets()
    secrets.add(['hunter2secret'])
    const error = new Error('outside', { cause: new Error('mysql -phunter2secret') })
    const text = JSON.stringify(redactedValue(plain({ error }), secrets.redact))
    expect(text).not.toContain('hunter2')
    expect(text).toContain('mysql -p***')
  })

  it('of what JSON knows nothing of, and of circles', () => {
    const error: Error = new Error('round')
    error.cause = error
    const at = new Date('2026-11-28T12:00:00Z')
    expect(plain({ error, events: 12n, at, list: [undefined] })).toMatchObject({
      error: { message: 'round', cause: '(as above)' },
      events: '12',
      at: '2026-11-28T12:00:00.000Z',
    })
  })
})
