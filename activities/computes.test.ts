import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeOpenStack } from '../src/host/testing/fake-openstack.js'
import { testFacts } from '../src/catalog/testing/cloud.js'
import { computeActivities } from './computes.js'
import { runNamed, testRef } from './testing.js'

vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }))

let openstack: FakeOpenStack
let service: Record<string, unknown>
beforeEach(() => {
  openstack = new FakeOpenStack()
  service = openstack.add('os-services', {
    ...{ binary: 'nova-compute', host: 'kolla2', state: 'up', status: 'enabled' },
  })
  openstack.answers.set(`PUT /v2.1/os-services/${String(service['id'])}`, ({ body }) => {
    Object.assign(service, body)
    return { status: 200, body: {} }
  })
})

const run = runNamed(() => openstack.remote, computeActivities)

describe('a compute host', () => {
  it('is disabled once, with the reason, and enabled again', async () => {
    const disable = () => run((verbs) => verbs.disableCompute(testRef, 'kolla2'))
    expect(await disable()).toBe('kolla2')
    const reason = 'kolla-temporal drain-compute'
    expect(service).toMatchObject({ status: 'disabled', disabled_reason: reason })
    await disable()
    expect(openstack.changes).toHaveLength(1)
    await run((verbs) => verbs.enableCompute(testRef, 'kolla2'))
    await run((verbs) => verbs.enableCompute(testRef, 'kolla2'))
    expect(service['status']).toBe('enabled')
    expect(openstack.changes).toHaveLength(2)
  })

  it('is found by the name that it has itself, whatever its case', async () => {
    const facts = testFacts.map((it) => (it.name === 'kolla3' ? { ...it, hostname: 'srv-17' } : it))
    openstack.add('os-services', { ...service, id: 'other', host: 'SRV-17.lab' })
    openstack.answers.set('PUT /v2.1/os-services/other', () => ({ status: 200, body: {} }))
    const disable = (host: string) => run((verbs) => verbs.disableCompute(testRef, host), facts)
    expect(await disable('kolla3')).toBe('SRV-17.lab')
    expect(await disable('srv-17')).toBe('SRV-17.lab')
  })

  it('that is unknown or down is refused before anything is done', async () => {
    await expect(run((verbs) => verbs.disableCompute(testRef, 'other'))).rejects.toThrow(
      'Nova knows no compute host other: it knows kolla2',
    )
    service['state'] = 'down'
    await expect(run((verbs) => verbs.disableCompute(testRef, 'kolla2'))).rejects.toThrow(
      'kolla2: error: its nova-compute is down',
    )
    expect(openstack.changes).toEqual([])
  })
})

describe('a compute host that an upgrade has disabled', () => {
  const reenable = () => run((verbs) => verbs.reenableCompute(testRef, 'kolla2'))

  it('is enabled again, once', async () => {
    await run((verbs) => verbs.disableCompute(testRef, 'kolla2', 'upgrade'))
    expect(service['disabled_reason']).toBe('kolla-temporal upgrade')
    await reenable()
    await reenable()
    expect(service['status']).toBe('enabled')
    expect(openstack.changes).toHaveLength(2)
  })

  it('is noted on the host before, and no more when it is enabled: the next plan sees what is left', async () => {
    await run((verbs) => verbs.disableCompute(testRef, 'kolla2', 'upgrade'))
    await reenable()
    expect(openstack.scripts).toEqual([
      { title: 'note that nova_compute is drained', changes: 0 },
      { title: 'note that nova_compute is given back', changes: 2 },
    ])
  })

  it('and that is drained by hand then is not given back', async () => {
    await run((verbs) => verbs.disableCompute(testRef, 'kolla2', 'upgrade'))
    await run((verbs) => verbs.disableCompute(testRef, 'kolla2'))
    expect(openstack.scripts.at(-1)).toEqual({
      ...{ title: 'note that nova_compute is given back', changes: 2 },
    })
    await reenable()
    expect(service).toMatchObject({
      status: 'disabled',
      disabled_reason: 'kolla-temporal drain-compute',
    })
  })

  it('and that is enabled by hand is noted no more', async () => {
    await run((verbs) => verbs.disableCompute(testRef, 'kolla2', 'upgrade'))
    await run((verbs) => verbs.enableCompute(testRef, 'kolla2'))
    expect(service['status']).toBe('enabled')
    expect(openstack.scripts.at(-1)?.title).toBe('note that nova_compute is given back')
  })

  it('is opened when it reports: before that the scheduler takes it for dead', async () => {
    await run((verbs) => verbs.disableCompute(testRef, 'kolla2', 'upgrade'))
    let looks = 0
    const state = () => (++looks > 2 ? 'up' : 'down')
    Object.defineProperty(service, 'state', { enumerable: true, get: state })
    await run((verbs) => verbs.openCompute(testRef, 'kolla2'))
    expect(service['status']).toBe('enabled')
    expect(looks).toBeGreaterThan(2)
  })

  it('is waited for where it does not report yet', async () => {
    let looks = 0
    const state = () => (++looks > 2 ? 'up' : 'down')
    Object.defineProperty(service, 'state', { enumerable: true, get: state })
    expect(await run((verbs) => verbs.disableCompute(testRef, 'kolla2', 'upgrade'))).toBe('kolla2')
  })

  it('and that Nova has forgotten since is noted no more', async () => {
    openstack.things.set('os-services', [])
    await run((verbs) => verbs.reenableCompute(testRef, 'kolla2'))
    expect(openstack.scripts.at(-1)?.title).toBe('note that nova_compute is given back')
    expect(openstack.changes).toEqual([])
  })

  it('stays disabled while it is replaced, also where Nova had disabled it by itself', async () => {
    Object.assign(service, {
      status: 'disabled',
      disabled_reason: 'AUTO: Connection to libvirt lost',
    })
    await run((verbs) => verbs.disableCompute(testRef, 'kolla2', 'upgrade'))
    expect(service['disabled_reason']).toBe('kolla-temporal upgrade')
    await reenable()
    expect(service['status']).toBe('enabled')
  })

  it('stays disabled where somebody else has done that before', async () => {
    await run((verbs) => verbs.disableCompute(testRef, 'kolla2'))
    await run((verbs) => verbs.disableCompute(testRef, 'kolla2', 'upgrade'))
    await reenable()
    expect(service).toMatchObject({
      status: 'disabled',
      disabled_reason: 'kolla-temporal drain-compute',
    })
  })
})

it('computes that are down are named with the way out, unless somebody has said so', async () => {
  const check = () => run((verbs) => verbs.checkComputes(testRef))
  expect(await check()).toEqual([])
  service['state'] = 'down'
  const [finding, ...others] = await check()
  expect(others).toEqual([])
  expect(finding).toMatchObject({ severity: 'error', host: 'kolla2' })
  expect(finding?.message).toContain('`openstack compute service set --down kolla2 nova-compute`')
  service['forced_down'] = true
  expect(await check()).toEqual([])
})
