import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Change } from '../../src/plan/change.js'
import { Run } from '../run.js'
import { Stages } from '../stages.js'
import { step } from '../steps.js'
import { startIdleNodes } from './rabbitmq.js'

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  patched: () => true,
}))
vi.mock('../steps.js', () => ({ step: vi.fn(() => Promise.resolve()) }))
beforeEach(() => vi.mocked(step).mockClear())

const hosts = ['kolla1', 'kolla2', 'kolla3']

/** The verbs that are done on the way back, with the nodes that run. */
async function done(running: readonly string[]): Promise<string[]> {
  const changes = hosts.map((host): Change => {
    const interrupts = running.includes(host)
    const action = interrupts ? 'replace' : 'create'
    return { host, service: 'rabbitmq', container: 'rabbitmq', action, interrupts, reasons: [] }
  })
  const nothing = { oneShots: {}, standby: [], cephClients: [], findings: [], pulls: [] }
  const plan = { ref: { cloud: 'demo', files: 'f' }, changes, members: { rabbitmq: hosts } }
  const attempt = async (_title: string, body: () => Promise<unknown>) => {
    await body()
    return true
  }
  await startIdleNodes(new Run({ ...plan, ...nothing }, new Stages()), attempt)
  return vi.mocked(step).mock.calls.map(([verb, , , host]) => `${verb} ${host as string}`)
}

describe('nodes of RabbitMQ on the way back', () => {
  it('begin side by side where none runs: each waits for another one', async () => {
    const verbs = await done([])
    expect(verbs.slice(0, 3)).toEqual(hosts.map((host) => `writeConfiguration ${host}`))
    expect(verbs.slice(3)).toEqual(hosts.map((host) => `startRabbitmq ${host}`))
  })

  it('are left to their turn where they run', async () => {
    expect(await done(hosts)).toEqual([])
    expect(await done(['kolla1', 'kolla3'])).toEqual([
      'writeConfiguration kolla2',
      'startRabbitmq kolla2',
    ])
  })
})
