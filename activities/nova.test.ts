import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { testFacts } from '../src/catalog/testing/cloud.js'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { FakeOpenStack } from '../src/host/testing/fake-openstack.js'
import type { CloudContexts } from './cloud-context.js'
import { novaActivities } from './nova.js'
import { contextsOn, testActivity, testRef } from './testing.js'

vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }))

let docker: FakeEngine
let openstack: FakeOpenStack
beforeEach(async () => {
  docker = await FakeEngine.start()
  docker.add('nova_conductor', true)
  openstack = new FakeOpenStack()
})
afterEach(() => docker.stop())

/** `mapped` hosts are those that nova-manage lists after it has looked for hosts. */
function discover(mapped: readonly string[]): Promise<void> {
  const lines = mapped.map((host) => `| None | 5d1bb2f6 | ${host} |`)
  docker.print = (command) => (command.includes('list_hosts') ? lines.join('\n') : '')
  const remote = { ...openstack.remote, open: (script: string) => docker.remote.open(script) }
  const { cloud } = contextsOn(remote, { enable_nova: true })
  const contexts = {
    get: () => Promise.resolve(cloud.with({ hosts: testFacts, images: {} })),
  } as unknown as CloudContexts
  return testActivity().run(() => novaActivities(contexts).discoverComputes(testRef, 'kolla1'))
}

const register = (host: string) =>
  openstack.add('os-services', { binary: 'nova-compute', host, state: 'up' })

const looked = [
  'nova-manage cell_v2 discover_hosts --by-service --verbose',
  'nova-manage cell_v2 list_hosts',
]
const noted = 'note the one-shots of nova-cell'

it('looks for compute hosts once, when all have registered', async () => {
  const late = register('kolla2')
  for (const host of ['kolla1', 'kolla3']) register(host)
  let looks = 0
  Object.defineProperty(late, 'host', {
    enumerable: true,
    get: () => (++looks > 2 ? 'kolla2' : 'another'),
  })
  await discover(['kolla1', 'kolla2', 'kolla3'])
  expect(docker.commands).toEqual(looked)
  expect(looks).toBe(3)
  expect(openstack.scripts.map(({ title }) => title)).toContain(noted)
})

it('names a host that no cell has', async () => {
  for (const host of ['kolla1', 'kolla2', 'kolla3']) register(host)
  await expect(discover(['kolla1', 'kolla2'])).rejects.toThrow(
    'kolla3 has registered, and no cell has it',
  )
  expect(openstack.scripts.map(({ title }) => title)).not.toContain(noted)
})

it('maps those that have registered where others never do, which is told', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    for (const host of ['kolla1', 'kolla3']) register(host)
    openstack.answers.set('GET /v2.1/os-services', () => {
      vi.advanceTimersByTime(60_000)
      return { status: 200, body: { services: openstack.things.get('os-services') } }
    })
    await expect(discover(['kolla1', 'kolla3'])).rejects.toThrow('kolla2 did not')
    expect(docker.commands).toEqual(looked.slice(0, 1))
  } finally {
    vi.useRealTimers()
  }
})

it('goes on while Nova does not answer for a moment, and for no longer', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    for (const host of ['kolla1', 'kolla2', 'kolla3']) register(host)
    let refusals = 2
    openstack.answers.set('GET /v2.1/os-services', () => {
      vi.advanceTimersByTime(60_000)
      if (refusals-- > 0) return { status: 503, body: {} }
      return { status: 200, body: { services: openstack.things.get('os-services') } }
    })
    await discover(['kolla1', 'kolla2', 'kolla3'])
    refusals = Infinity
    await expect(discover([])).rejects.toThrow('503')
  } finally {
    vi.useRealTimers()
  }
})
