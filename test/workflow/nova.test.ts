import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Change } from '../../src/plan/change.js'
import { dueOneShots, fakeActivities, planned } from '../support/fake-activities.js'
import type { Call } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

const cloud = 'demo'
const hosts = ['kolla1', 'kolla2', 'kolla3']
const service = 'nova-cell'
let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

function changes(action: Change['action'], containers: readonly string[]): Change[] {
  const interrupts = action === 'restart'
  return hosts.flatMap((host) =>
    containers.map((container) => ({
      ...{ host, service, container, action, interrupts },
      reasons: ['missing'],
    })),
  )
}

const more = {
  members: { mariadb: ['kolla1'], nova: hosts, [service]: hosts },
  oneShots: {
    nova: { host: 'kolla1', container: 'nova_conductor', kinds: ['databases', 'schema'] as const },
    [service]: {
      ...{ host: 'kolla1', container: 'nova_conductor' },
      kinds: ['databases', 'discovery'] as const,
    },
  },
}

async function deploy(all: readonly Change[]): Promise<readonly Call[]> {
  const { activities, calls } = fakeActivities({ planCloud: () => planned(all, more) })
  await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
  return calls
}

const of = (calls: readonly Call[], verb: string, host?: string) =>
  calls.filter((call) => call.verb === verb && call.host === (host ?? call.host))

it('makes the cell before anything works with it, libvirt before nova_compute, and discovers hosts last', async () => {
  const calls = await deploy([
    ...changes('create', ['nova_conductor', 'nova_libvirt', 'nova_compute']),
    ...dueOneShots({ nova: ['databases', 'schema'], [service]: ['databases', 'discovery'] }),
  ])
  const [schema] = of(calls, 'migrateSchema')
  for (const host of hosts) {
    const [libvirt] = of(calls, 'startAlone', host)
    const [others] = of(calls, 'startContainers', host)
    expect(libvirt?.args[2]).toBe('nova_libvirt')
    expect(others?.args[2]).toEqual(['nova_conductor', 'nova_compute'])
    expect(libvirt?.startedAt).toBeGreaterThanOrEqual(schema?.endedAt ?? Infinity)
    expect(others?.startedAt).toBeGreaterThanOrEqual(libvirt?.endedAt ?? Infinity)
  }
  const found = of(calls, 'discoverComputes')
  expect(found.map(({ host }) => host)).toEqual(['kolla1'])
  const ends = of(calls, 'startContainers').map(({ endedAt }) => endedAt)
  expect(found[0]?.startedAt).toBeGreaterThanOrEqual(Math.max(...ends))
})

it('replaces what carries machines host by host, and discovers nothing', async () => {
  const calls = await deploy(changes('restart', ['nova_libvirt', 'nova_compute']))
  const starts = calls.filter(({ verb }) => ['startAlone', 'startContainers'].includes(verb))
  expect(starts.map(({ host, verb }) => `${host} ${verb}`)).toEqual(
    hosts.flatMap((host) => [`${host} startAlone`, `${host} startContainers`]),
  )
  for (const [index, call] of starts.slice(1).entries()) {
    expect(call.startedAt).toBeGreaterThanOrEqual(starts[index]?.endedAt ?? Infinity)
  }
  expect(of(calls, 'discoverComputes')).toEqual([])
})

it('discovers hosts that an earlier run has started and not come to discover', async () => {
  const calls = await deploy(dueOneShots({ [service]: ['discovery'] }))
  expect(of(calls, 'discoverComputes')).toHaveLength(1)
  expect(of(calls, 'startContainers')).toEqual([])
})

it('looks whether the cell has a host whose nova_compute is made anew, noted or not', async () => {
  const made = changes('create', ['nova_compute']).filter(({ host }) => host === 'kolla2')
  expect(of(await deploy(made), 'discoverComputes')).toHaveLength(1)
})
