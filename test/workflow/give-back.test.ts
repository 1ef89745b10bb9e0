import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Change } from '../../src/plan/change.js'
import { changesOf, expectOrder, fakeActivities, planned } from '../support/fake-activities.js'
import { fakes, order, rollbackPlan, upgradePlan } from '../support/fake-upgrade.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

const drained = (host: string, service: string, container: string): Change => ({
  ...{ host, service, container, action: 'giveBack', interrupts: false, reasons: ['drained'] },
})
const left = [
  drained('kolla1', 'haproxy', 'mariadb_back/kolla2'),
  drained('kolla1', 'haproxy', 'mariadb_back/kolla3'),
  drained('kolla2', 'rabbitmq', 'rabbitmq'),
  drained('kolla3', 'ceph-osd', 'osd.3 out'),
  drained('kolla3', 'nova-cell', 'nova_compute'),
]
const given = [
  ['kolla1', ['mariadb_back/kolla2', 'mariadb_back/kolla3']],
  ['kolla2', ['rabbitmq']],
  ['kolla3', ['nova_compute']],
  ['kolla3', ['osd.3 out']],
]

it('a deploy gives back what was left drained, and does no more where there is no more', async () => {
  const { activities, calls } = fakeActivities({ planCloud: () => planned(left) })
  const { summary } = await environment.withWorker(activities, (runs) =>
    runs.execute('deploy', { cloud: 'demo' }),
  )
  expect(summary).toBe('5 given back on 3 hosts')
  const own = calls.filter(({ verb }) => verb === 'giveBack')
  expect(own.map(({ args }) => args.slice(1)).sort()).toEqual(given)
  expect(order(calls)).not.toContain('writeConfiguration')
  expect(order(calls)).not.toContain('createCephPools')
})

it('before it replaces anything', async () => {
  const changes = [...left.slice(0, 3), ...changesOf('replace')]
  const { activities, calls } = fakeActivities({ planCloud: () => planned(changes) })
  await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud: 'demo' }))
  const verbs = order(calls)
  expectOrder(verbs, 'planCloud', 'giveBack')
  expectOrder(verbs, 'giveBack', 'writeConfiguration')
})

it('check warns of it, and touches nothing', async () => {
  const { activities, calls } = fakeActivities({ planCloud: () => planned(left) })
  const { warnings } = await environment.withWorker(activities, (runs) =>
    runs.execute('check', { cloud: 'demo' }),
  )
  expect(warnings.map(({ host }) => host)).toEqual([
    'kolla1',
    'kolla1',
    'kolla2',
    'kolla3',
    'kolla3',
  ])
  expect(warnings[0]?.message).toContain('mariadb_back/kolla2 is drained')
  expect(order(calls)).not.toContain('giveBack')
})

it.each(['upgrade', 'rollback'] as const)('%s gives it back first', async (name) => {
  const withLeft = <Plan extends { changes: readonly Change[] }>(plan: Plan) => ({
    ...plan,
    changes: [...left, ...plan.changes],
  })
  const { activities, calls } = fakes('10.11', {
    planUpgrade: () => withLeft(upgradePlan()),
    planRollback: () => withLeft(rollbackPlan()),
  })
  await environment.withWorker(activities, (runs) =>
    name === 'upgrade'
      ? runs.execute(name, { cloud: 'demo', release: '2026.1' })
      : runs.execute(name, { cloud: 'demo' }),
  )
  const verbs = order(calls)
  expect(calls.filter(({ verb }) => verb === 'giveBack')).toHaveLength(4)
  expectOrder(verbs, 'giveBack', 'replaceLoadBalancer')
  // Who starts machines is told so by Nova's API, when it is there again.
  const last = calls.findLastIndex(({ verb }) => verb === 'giveBack')
  expect(calls[last]?.args.slice(1)).toEqual(['kolla3', ['nova_compute']])
  const replaced = calls.findLastIndex(({ verb }) => verb === 'replaceLoadBalancer')
  expect(last).toBeGreaterThan(replaced)
})
