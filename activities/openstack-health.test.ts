import { beforeEach, expect, it, vi } from 'vitest'
import { FakeOpenStack } from '../src/host/testing/fake-openstack.js'
import type { Globals } from '../src/model/globals.js'
import { openStackHealthActivities } from './openstack-health.js'
import { contextsOn, testActivity, testRef } from './testing.js'

let openstack: FakeOpenStack
beforeEach(() => {
  openstack = new FakeOpenStack()
  for (const host of ['kolla1', 'kolla2', 'kolla3']) {
    const compute = { binary: 'nova-compute', host, state: 'up', status: 'enabled' }
    openstack.add('os-services', compute)
    openstack.add('os-hypervisors', { hypervisor_hostname: host, service: { host } })
    openstack.add('agents', { binary: 'neutron-dhcp-agent', host, alive: true })
  }
})

function inspect(globals: Partial<Globals>, patience?: 'at once') {
  const { contexts } = contextsOn(openstack.remote, globals)
  const activity = testActivity()
  return activity.run(() => openStackHealthActivities(contexts).inspectOpenStack(testRef, patience))
}
const both = { enable_nova: true, enable_neutron: true }

it('asks only what is enabled', async () => {
  expect(await inspect({})).toEqual([])
  expect(openstack.calls).toEqual([])
  expect(await inspect({ enable_neutron: true })).toEqual([])
  expect(openstack.calls).toEqual(['GET /v2.0/agents', 'GET /v2.0/ports'])
  expect(await inspect(both)).toEqual([])
  expect(openstack.changes).toEqual([])
})

it('knows hypervisors of all pages', async () => {
  openstack.answers.set('GET /v2.1/os-hypervisors/detail', ({ query }) => {
    const all = openstack.things.get('os-hypervisors') ?? []
    const start = all.findIndex(({ id }) => id === query.get('marker')) + 1
    const goesOn = start + 1 < all.length
    const links = goesOn ? { hypervisors_links: [{ rel: 'next', href: 'http://…' }] } : {}
    return { status: 200, body: { hypervisors: all.slice(start, start + 1), ...links } }
  })
  expect(await inspect(both)).toEqual([])
})

it('waits for an agent that was only late', async () => {
  let asked = 0
  openstack.answers.set('GET /v2.0/agents', () => {
    const agents = [{ binary: 'neutron-dhcp-agent', host: 'kolla1', alive: asked++ > 0 }]
    return { status: 200, body: { agents } }
  })
  expect(await inspect(both)).toEqual([])
  expect(asked).toBe(2)
})

it('asks nobody who is not registered yet where it is only to be told', async () => {
  delete openstack.catalogue['compute']
  expect(await inspect(both, 'at once')).toEqual([])
  expect(openstack.calls).toEqual(['GET /v2.0/agents', 'GET /v2.0/ports'])
})

it('waits for nobody where it is only to be told', async () => {
  const [agent] = openstack.things.get('agents') ?? []
  if (agent) agent['alive'] = false
  expect(await inspect(both, 'at once')).toMatchObject([{ severity: 'warning', host: 'kolla1' }])
  openstack.answers.set('GET /v2.1/os-services', () => ({ status: 503 }))
  expect(await inspect(both, 'at once')).toEqual([
    {
      severity: 'warning',
      message: expect.stringMatching(/^Nova and Neutron do not tell how they are: /) as string,
    },
  ])
})

it('tells what stays silent', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const [agent] = openstack.things.get('agents') ?? []
    if (agent) agent['alive'] = false
    let asked = 0
    openstack.answers.set('GET /v2.0/agents', () => {
      asked++
      vi.advanceTimersByTime(100_000)
      return { status: 200, body: { agents: openstack.things.get('agents') } }
    })
    expect(await inspect(both)).toMatchObject([{ severity: 'error', host: 'kolla1' }])
    expect(asked).toBe(1)
  } finally {
    vi.useRealTimers()
  }
})
