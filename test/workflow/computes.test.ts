import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApplicationFailure } from '@temporalio/common'
import { fakeActivities } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

const input = { cloud: 'demo', host: 'kolla2' }
let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

const machines = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, name: `vm-${id}` }))

/** What a host shows each time that it is asked for its machines; at last it has those of the last list. */
const lists =
  (...shown: (typeof machines)[]) =>
  () =>
    (shown.length > 1 ? shown.shift() : shown[0]) ?? []

describe('drain-compute', () => {
  it('moves two machines at once, and all of them', async () => {
    const { activities, calls } = fakeActivities({
      disableCompute: () => 'node-2',
      listMachines: lists(machines, []),
    })
    const { summary } = await environment.withWorker(activities, (runs) =>
      runs.execute('drainCompute', input),
    )
    const moves = calls.filter(({ verb }) => verb === 'migrateMachine')
    expect(moves.map(({ args }) => args.slice(1)).sort()).toEqual(
      machines.map(({ id }) => ['node-2', id]),
    )
    const beside = moves.map(
      (move) =>
        moves.filter((it) => it.startedAt <= move.startedAt && it.endedAt > move.startedAt).length,
    )
    expect(Math.max(...beside)).toBeLessThanOrEqual(2)
    expect(summary).toContain('node-2 is disabled and has no machines: 5 were migrated')
  })

  it('fails with what stayed and why, after the others have moved', async () => {
    const { activities, calls } = fakeActivities({
      disableCompute: () => 'node-2',
      listMachines: lists(machines, machines.slice(0, 1)),
      migrateMachine: (_ref: unknown, _host: string, id: string) =>
        id === 'a' ? 'it is ERROR' : undefined,
    })
    const failed = environment.withWorker(activities, (runs) => runs.execute('drainCompute', input))
    await expect(failed).rejects.toMatchObject({
      cause: {
        type: 'BadInput',
        message: expect.stringContaining(
          'kolla2: error: the machine vm-a (a) stayed: it is ERROR',
        ) as unknown,
      },
    })
    expect(calls.filter(({ verb }) => verb === 'migrateMachine')).toHaveLength(5)
  })

  it('moves what has come meanwhile, too', async () => {
    const late = { id: 'late', name: 'vm-late' }
    const { activities, calls } = fakeActivities({
      disableCompute: () => 'node-2',
      listMachines: lists(machines, [late], []),
    })
    const { summary } = await environment.withWorker(activities, (runs) =>
      runs.execute('drainCompute', input),
    )
    const moves = calls.filter(({ verb }) => verb === 'migrateMachine')
    expect(moves.at(-1)?.args[2]).toBe('late')
    expect(summary).toContain('has no machines: 6 were migrated')
  })

  it('fails with what is still on its way there, and with what is there again', async () => {
    const { activities } = fakeActivities({
      disableCompute: () => 'node-2',
      listMachines: lists(machines.slice(0, 1)),
      awaitArrivals: () => ['vm-x (migrating on kolla3, x)'],
    })
    const failed = environment.withWorker(activities, (runs) => runs.execute('drainCompute', input))
    const telling = (text: string) => ({
      cause: { type: 'BadInput', message: expect.stringContaining(text) as unknown },
    })
    await expect(failed).rejects.toMatchObject(
      telling('the machine vm-x (migrating on kolla3, x) is still on its way here'),
    )
    await expect(failed).rejects.toMatchObject(
      telling('vm-a (a) stayed: it was moved, and is here again'),
    )
  })
})

it('hosts are asked for their names first; one that is away is a warning', async () => {
  const named = { cloud: 'demo', files: 'f1', found: 'seen' }
  const { activities, calls } = fakeActivities({
    observeHost: (_ref: unknown, host: string) => {
      if (host === 'kolla3') throw ApplicationFailure.nonRetryable('kolla3: no route to host')
      return { host, digest: `seen-${host}`, running: 0 }
    },
    rememberFacts: () => named,
    disableCompute: () => 'node-2',
    listMachines: () => [],
    forgetCompute: () => ({ removed: [], warnings: [] }),
  })
  await environment.withWorker(activities, async (runs) => {
    for (const operation of ['drainCompute', 'enableCompute', 'removeCompute'] as const) {
      expect((await runs.execute(operation, input)).warnings).toEqual([
        { severity: 'warning', host: 'kolla3', message: 'no route to host' },
      ])
    }
  })
  const verbs = ['disableCompute', 'enableCompute', 'forgetCompute']
  const asked = calls.filter(({ verb }) => verbs.includes(verb))
  expect(asked.map(({ args }) => args)).toEqual(verbs.map(() => [named, 'kolla2']))
})

it('remove-compute tells what was taken away, and what was not', async () => {
  const warning = { severity: 'warning' as const, message: 'Placement still has allocations' }
  const { activities } = fakeActivities({
    forgetCompute: () => ({ removed: ['nova-compute'], warnings: [warning] }),
  })
  const result = await environment.withWorker(activities, (runs) =>
    runs.execute('removeCompute', input),
  )
  expect(result).toMatchObject({
    summary: 'kolla2 is forgotten: nova-compute',
    warnings: [warning],
  })
})

describe('check', () => {
  it('fails where an agent is silent, and warns of a compute that somebody disabled', async () => {
    const finding = (severity: 'error' | 'warning') => ({ severity, host: 'kolla2', message: 'x' })
    const check = (found: object[]) => {
      const { activities } = fakeActivities({ inspectOpenStack: () => found })
      return environment.withWorker(activities, (runs) => runs.execute('check', { cloud: 'demo' }))
    }
    expect((await check([finding('warning')])).warnings).toEqual([finding('warning')])
    await expect(check([finding('error')])).rejects.toMatchObject({
      cause: { type: 'BadInput', message: 'kolla2: error: x' },
    })
  })
})
