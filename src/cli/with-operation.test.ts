import { expect, it } from 'vitest'
import type { OperationSummary } from '../client/index.js'
import { UsageError } from './exit.js'
import { latest, pick, running, upgrading } from './with-operation.js'

const operation = (workflowId: string, more: Partial<OperationSummary> = {}): OperationSummary => ({
  ...{ workflowId, operation: 'upgrade', cloud: 'demo', status: 'running' },
  ...{ startedAt: new Date(0), closedAt: undefined, seconds: 1 },
  ...more,
})
const upgrade = operation('demo-upgrade-1')
const dryRun = operation('demo-upgrade-2', { dryRun: true })
const check = operation('demo-check-3', { operation: 'check' })

it('answers no operation that only looks', () => {
  expect(pick([check, dryRun, upgrade], upgrading, ' of demo')).toBe(upgrade)
  expect(pick([check, dryRun], upgrading, ' of demo')).toBeUndefined()
})

it('wants the one to be named that is meant, where several would be aborted or answered', () => {
  const message =
    'several operations of demo run: name the one that is meant, of demo-check-3, demo-upgrade-1'
  expect(() => pick([check, upgrade], running, ' of demo')).toThrow(new UsageError(message))
  expect(() => pick([operation('b'), upgrade], upgrading, '')).toThrow(UsageError)
  expect(pick([upgrade], running, ' of demo')).toBe(upgrade)
  expect(pick([], running, ' of demo')).toBeUndefined()
})

it('follows and explains the latest of several', () => {
  expect(pick([check, upgrade], latest, ' of demo')).toBe(check)
})
