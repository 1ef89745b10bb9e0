import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeOpenStack } from '../src/host/testing/fake-openstack.js'
import { testFacts } from '../src/catalog/testing/cloud.js'
import { forgottenComputeActivities } from './forgotten-computes.js'
import { runNamed, testRef } from './testing.js'

vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }))

let openstack: FakeOpenStack
let service: Record<string, unknown>
beforeEach(() => {
  openstack = new FakeOpenStack()
  service = openstack.add('os-services', {
    ...{ binary: 'nova-compute', host: 'kolla2', state: 'up', status: 'enabled' },
  })
})

const run = runNamed(() => openstack.remote, forgottenComputeActivities)

describe('a host that leaves', () => {
  const forget = (host: string) => run((verbs) => verbs.forgetCompute(testRef, host))

  beforeEach(() => {
    openstack.add('os-services', {
      ...{ id: 'old', binary: 'nova-compute', host: 'old', state: 'down', status: 'disabled' },
    })
    openstack.add('os-hypervisors', { hypervisor_hostname: 'old.lab', service: { host: 'old' } })
    openstack.add('agents', { id: 'a1', binary: 'neutron-openvswitch-agent', host: 'old' })
    openstack.answers.set('GET /resource_providers', ({ query }) => {
      const providers = query.get('name') === 'old.lab' ? [{ uuid: 'rp' }] : []
      return { status: 200, body: { resource_providers: providers } }
    })
    openstack.answers.set('GET /resource_providers/rp/allocations', () => ({
      ...{ status: 200, body: { allocations: {} } },
    }))
    openstack.answers.set('DELETE /resource_providers/rp', () => ({ status: 204 }))
    openstack.answers.set('DELETE /v2.1/os-services/old', () => {
      openstack.things.set('os-services', [service])
      return { status: 204 }
    })
  })

  it('is forgotten by all of them, once', async () => {
    expect(await forget('old')).toEqual({
      removed: ['nova-compute', 'neutron-openvswitch-agent', 'resource provider old.lab'],
      warnings: [],
    })
    expect(openstack.changes).toEqual([
      'DELETE /v2.1/os-services/old',
      'DELETE /v2.0/agents/a1',
      'DELETE /resource_providers/rp',
    ])
    expect((await forget('old')).removed).toEqual([])
  })

  it('is refused by the name that it has itself', async () => {
    const facts = testFacts.map((it) => (it.name === 'kolla3' ? { ...it, hostname: 'srv-17' } : it))
    const forget = run((verbs) => verbs.forgetCompute(testRef, 'srv-17'), facts)
    await expect(forget).rejects.toThrow('it is in the group compute of the inventory')
  })

  it('is refused where it may be one that did not tell its name', async () => {
    const forget = run((verbs) => verbs.forgetCompute(testRef, 'old'), testFacts.slice(0, 2))
    await expect(forget).rejects.toThrow('one that did not tell its own (kolla3)')
    expect(openstack.changes).toEqual([])
  })

  it('that Nova knows by another name is told', async () => {
    const { removed, warnings } = await forget('other')
    expect(removed).toEqual([])
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('Nova knows a compute host old that is none of the inventory'),
    ])
  })

  it('is waited for until it no longer counts as alive, and refused where it goes on', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      /** A service tells its state every ten seconds. */
      const tells = (service: object, state: () => string) =>
        Object.defineProperty(service, 'state', {
          ...{ enumerable: true, configurable: true },
          get: () => {
            vi.advanceTimersByTime(10_000)
            return state()
          },
        })
      const [, old = {}] = openstack.things.get('os-services') ?? []
      let looks = 0
      tells(old, () => (++looks > 3 ? 'down' : 'up'))
      expect((await forget('old')).removed).toContain('nova-compute')
      const alive = { id: 'alive', binary: 'nova-compute', host: 'alive' }
      tells(openstack.add('os-services', alive), () => 'up')
      await expect(forget('alive')).rejects.toThrow('nova-compute reports from there')
      expect(openstack.changes).toHaveLength(3)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is mapped to the cell anew when it comes back: that is due again before Nova forgets it', async () => {
    const globals = { enable_nova: true }
    await run((verbs) => verbs.forgetCompute(testRef, 'old'), testFacts, globals)
    await run((verbs) => verbs.forgetCompute(testRef, 'old'), testFacts, globals)
    const title = 'forget that discovery of nova-cell was run'
    expect(openstack.scripts).toEqual([{ title, changes: 0 }])
  })

  it('keeps allocations that somebody still has', async () => {
    openstack.answers.set('GET /resource_providers/rp/allocations', () => ({
      ...{ status: 200, body: { allocations: { 'machine-1': {} } } },
    }))
    const { removed, warnings } = await forget('old')
    expect(removed).not.toContain('resource provider old.lab')
    expect(warnings[0]?.message).toContain('Placement still has allocations of machine-1')
  })

  it('is refused while it is described, works or has machines', async () => {
    openstack.add('servers', { id: 's1', name: 'vm', host: 'kolla2', all_tenants: '1' })
    const failed = forget('kolla2')
    await expect(failed).rejects.toThrow('it is in the group compute of the inventory')
    await expect(failed).rejects.toThrow('nova-compute reports from there')
    await expect(failed).rejects.toThrow('it has machines: vm (s1)')
    expect(openstack.changes).toEqual([])
  })
})
