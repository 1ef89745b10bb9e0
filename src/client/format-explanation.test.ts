import { expect, it } from 'vitest'
import { BadInput, CloudBusy } from './errors.js'
import { formatExplanation } from './format-explanation.js'
import { operationId } from './kolla-temporal.js'
import type { OperationSummary } from './operation-summary.js'
import { summarize } from './operation-summary.js'
import { formatSeconds } from './wording.js'

const startedAt = new Date('2026-11-23T06:12:00Z')
const operation: OperationSummary = {
  workflowId: 'demo-deploy-1',
  operation: 'deploy',
  cloud: 'demo',
  status: 'failed',
  startedAt,
  closedAt: undefined,
  seconds: 65,
}
const nothing = {
  command: 'kolla-temporal --cloud demo deploy',
  otherFailures: [],
  retrying: [],
  running: [],
  stepsDone: 3,
}

it('lists findings and the command to repeat', () => {
  const error = new BadInput([
    { severity: 'error', message: 'unknown group', file: 'multinode', line: 3 },
  ])
  expect(formatExplanation({ ...nothing, operation, error })).toBe(
    [
      'demo-deploy-1 failed: started 2026-11-23T06:12:00.000Z, 1m05s, steps done: 3.',
      'multinode:3: error: unknown group',
      'What next: mend what is listed, then `kolla-temporal --cloud demo deploy`.',
    ].join('\n\n'),
  )
})

it('says once what a step failed with', () => {
  const failedWith = (message: string) => ({
    type: 'stepFailed' as const,
    time: startedAt,
    step: { id: '2', verb: 'observeHost', summary: 'kolla1' },
    attempts: 1,
    seconds: 1,
    error: new BadInput([{ severity: 'error', message, host: 'kolla1' }]),
  })
  const error = new BadInput([{ severity: 'error', message: 'no key', host: 'kolla1' }])
  const otherFailures = [failedWith('no key'), failedWith('out of memory')]
  const text = formatExplanation({ ...nothing, operation, error, otherFailures })
  expect(text.match(/no key/g)).toHaveLength(1)
  expect(text).toContain('observeHost kolla1 failed too: kolla1: error: out of memory')
})

it('shows what it waits for, and the answers that there are', () => {
  const running = { ...operation, status: 'running' as const }
  const step = 'keystone on kolla1'
  const waiting = { kind: 'failure' as const, what: `${step} failed: it exited`, step }
  const text = formatExplanation({ ...nothing, operation: running, waiting })
  expect(text).toContain('It waits:\nkeystone on kolla1 failed: it exited')
  expect(text).toContain('`kolla-temporal decide retry --step "keystone on kolla1"`')
  const plan = { kind: 'approval' as const, what: 'the plan', plan: 'd1' }
  expect(formatExplanation({ ...nothing, operation: running, waiting: plan })).toContain(
    '`kolla-temporal approve --plan d1`',
  )
})

it('points to the operation that holds the cloud', () => {
  const error = new CloudBusy('demo-plan-1 is running on demo', 'demo-plan-1')
  expect(formatExplanation({ ...nothing, operation, error })).toContain(
    'What next: `kolla-temporal attach demo-plan-1`, then',
  )
})

it('tells what runs and what is being tried again', () => {
  const steps = ['kolla1', 'kolla2'].map((summary) => ({
    id: summary,
    verb: 'pullImages',
    summary,
  }))
  const [calm, hurt] = steps as [(typeof steps)[0], (typeof steps)[0]]
  const text = formatExplanation({
    ...nothing,
    operation: { ...operation, status: 'running' },
    running: [calm, hurt],
    retrying: [
      {
        type: 'stepRetrying',
        time: startedAt,
        step: hurt,
        attempt: 4,
        message: 'no route to host',
      },
    ],
  })
  expect(text).toContain('pullImages kolla2 is being tried again (attempt 4): no route to host')
  expect(text).toContain('Running: pullImages kolla1.')
  expect(text).toContain('kolla-temporal attach demo-deploy-1')
})

it('words durations and ids', () => {
  expect([0.04, 59.94, 245, 7380].map(formatSeconds)).toEqual(['0.0s', '59.9s', '4m05s', '2h03m'])
  expect(operationId('demo', 'deploy', startedAt)).toBe('demo-deploy-20261123T061200Z')
})

it('sums up what the server describes', () => {
  const described = {
    workflowId: 'w',
    type: 'deploy',
    memo: { cloud: 'demo' },
    startTime: startedAt,
  }
  const closeTime = new Date('2026-11-23T06:12:04Z')
  expect(summarize({ ...described, closeTime, status: { name: 'TIMED_OUT' } })).toMatchObject({
    cloud: 'demo',
    status: 'timed out',
    seconds: 4,
  })
  const now = new Date('2026-11-23T06:13:00Z')
  expect(summarize({ ...described, status: { name: 'RUNNING' } }, now)).toMatchObject({
    status: 'running',
    seconds: 60,
  })
})
