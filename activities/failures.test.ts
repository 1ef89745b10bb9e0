import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import { DockerError } from '../src/docker/errors.js'
import { HostKeyChanged, HostUnreachable, RemoteError } from '../src/ssh/errors.js'
import { readable, toFailure } from './failures.js'
import { withCleanFindings } from './interceptor.js'

const step = { verb: 'startMariadb', host: 'kolla1', failures: 1 }
const redact = (text: string) => text.replaceAll('hunter2', '***')
function failure(error: unknown, failures = 1): ApplicationFailure {
  const found = toFailure(error, { ...step, failures }, redact)
  if (found instanceof ApplicationFailure) return found
  throw found
}

describe('findings', () => {
  const findings = (count: number, severity: 'error' | 'warning') =>
    Array.from({ length: count }, (_, i) => ({ severity, message: `${severity} ${i}` }))

  it('are all told, unless nobody could read them: then errors first', () => {
    expect(readable(findings(500, 'warning'))).toHaveLength(500)
    const told = readable([...findings(100_000, 'warning'), ...findings(10, 'error')])
    expect(told).toHaveLength(501)
    expect(told.slice(0, 10)).toEqual(findings(10, 'error'))
    expect(told.at(-1)?.message).toBe('99510 more findings are not shown')
  })

  it('that a step returns hold no secret', () => {
    const told = (message: string) => [{ severity: 'warning', message }]
    const clean = (result: unknown) => withCleanFindings(result, redact)
    expect(clean({ name: 'hunter2', findings: told('is hunter2') })).toEqual({
      name: 'hunter2',
      findings: told('is ***'),
    })
    expect(clean({ warnings: told('is hunter2') })).toEqual({ warnings: told('is ***') })
    expect(clean(told('is hunter2'))).toEqual(told('is ***'))
    for (const other of ['hunter2', ['hunter2'], [{ id: 'hunter2' }], undefined, 7]) {
      expect(clean(other)).toEqual(other)
    }
  })
})

describe('toFailure', () => {
  it('tells host, command, exit code and last lines of a failed step, without secrets', () => {
    const error = new RemoteError('kolla2', 'mariadb --batch', 1, ['Access denied (hunter2)'])
    expect(failure(error)).toMatchObject({
      type: 'StepFailed',
      nonRetryable: false,
      details: [
        {
          host: 'kolla2',
          command: 'mariadb --batch',
          exitCode: 1,
          tail: ['Access denied (***)'],
          advice: expect.stringContaining('kolla2') as unknown,
        },
      ],
    })
    expect(failure(error).message).not.toContain('hunter2')
  })

  it('gives a failed step three attempts', () => {
    const error = new RemoteError('kolla2', 'true', 1, [])
    expect([1, 2, 3].map((failures) => failure(error, failures).nonRetryable)).toEqual([
      false,
      false,
      true,
    ])
  })

  it('treats a refusal of the engine like any failed step, not like an unreachable host', () => {
    const error = new DockerError('kolla2', 'start mariadb', 'no such image')
    expect(failure(error, 3)).toMatchObject({ type: 'StepFailed', nonRetryable: true })
  })

  it('waits for a host that does not answer, however often', () => {
    const error = new HostUnreachable('kolla2', '192.168.8.71 port 22 does not answer')
    expect(failure(error, 100)).toMatchObject({ type: 'HostUnreachable', nonRetryable: false })
  })

  it('leaves to a person what no retry can mend', () => {
    const error = new HostKeyChanged('kolla2', 'SHA256:old', 'SHA256:new')
    expect(failure(error)).toMatchObject({
      type: 'BadInput',
      nonRetryable: true,
      details: [[{ severity: 'error', host: 'kolla2' }]],
    })
  })

  it('cleans the failures of our own too', () => {
    const own = ApplicationFailure.nonRetryable('no hunter2', 'BadInput', { message: 'hunter2' })
    expect(failure(own)).toMatchObject({
      message: 'no ***',
      type: 'BadInput',
      nonRetryable: true,
      details: [{ message: '***' }],
    })
  })

  it('passes a cancellation on', () => {
    const error = Object.assign(new Error('stopped'), { name: 'AbortError' })
    expect(toFailure(error, step, redact)).toBeInstanceOf(CancelledFailure)
  })
})
