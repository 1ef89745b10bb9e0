import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeOpenStack } from '../src/host/testing/fake-openstack.js'
import { testFacts } from '../src/catalog/testing/cloud.js'
import type { CloudContexts } from './cloud-context.js'
import { computeActivities } from './computes.js'
import { contextsOn, testActivity, testRef } from './testing.js'

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

type Verbs = ReturnType<typeof computeActivities>

/** Every host of the inventory tells its name, but for what `facts` says otherwise. */
function run<T>(body: (verbs: Verbs) => Promise<T>, facts = testFacts, globals = {}): Promise<T> {
  const { cloud } = contextsOn(openstack.remote, globals)
  const named = cloud.with({ hosts: facts, images: {} })
  const contexts = { get: () => Promise.resolve(named) } as unknown as CloudContexts
  const activity = testActivity()
  return activity.run(() => body(computeActivities(contexts)))
}

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
    const forget = run((verbs) => verbs.forgetCompute(testRef, 'srv-17'), facts)
    await expect(forget).rejects.toThrow('it is in the group compute of the inventory')
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

describe('machines that something is done with', () => {
  const machine = (id: string, task: string | null, host = 'kolla2') => ({
    ...{ id, name: `vm-${id}`, status: 'ACTIVE' },
    'OS-EXT-STS:task_state': task,
    'OS-EXT-SRV-ATTR:host': host,
  })
  const wait = (seconds: number, host?: string, among?: readonly string[]) =>
    run((verbs) => verbs.awaitMachines(testRef, seconds, host, among))

  /** Nova shows these machines, one page of them each time that it is asked. */
  function shows(...pages: { machines: object[]; goesOn?: true }[]) {
    const markers: (string | null)[] = []
    openstack.answers.set('GET /v2.1/servers/detail', ({ query }) => {
      markers.push(query.get('marker'))
      const { machines, goesOn } = (pages.length > 1 ? pages.shift() : pages[0]) ?? { machines: [] }
      const links = goesOn ? { servers_links: [{ rel: 'next', href: 'http://…' }] } : {}
      return { status: 200, body: { servers: machines, ...links } }
    })
    return markers
  }

  /** Nova's last migration of whatever machine it is asked for. */
  function moving(migration: object) {
    openstack.answers.set('GET /v2.1/os-migrations', () => ({
      ...{ status: 200, body: { migrations: [migration] } },
    }))
  }

  it.each([
    ['comes', 'migrating', { source_compute: 'kolla3', dest_compute: 'kolla2' }],
    ['may come', 'resize_prep', { source_compute: 'kolla3', dest_compute: null }],
    ['has left', 'resize_confirming', { source_compute: 'kolla2', dest_compute: 'kolla3' }],
  ])('are those of a host, and one that %s', async (_case, task, migration) => {
    shows({ machines: [machine('a', null), machine('b', task, 'kolla3')] })
    moving(migration)
    expect(await wait(0, 'kolla2')).toEqual([`vm-b (${task} on kolla3, b)`])
  })

  it('are told at once, of all pages', async () => {
    const [first, second] = [machine('a', null), machine('b', 'spawning', 'kolla3')]
    const markers = shows({ machines: [first], goesOn: true }, { machines: [second] })
    expect(await wait(0)).toEqual(['vm-b (spawning on kolla3, b)'])
    expect(markers).toEqual([null, 'a'])
  })

  it('at a moment are told alone where no others are to be waited for', async () => {
    const idle = machine('c', null)
    const pages = shows({ machines: [machine('a', 'networking'), idle] })
    const known = await run((verbs) => verbs.listBusyMachines(testRef))
    expect(known).toEqual(['a'])
    shows({ machines: [machine('a', 'spawning'), machine('b', 'spawning'), idle] })
    expect(await wait(0, undefined, known)).toEqual(['vm-a (spawning on kolla2, a)'])
    expect(pages).toEqual([null])
  })

  it('and those of one host are listed of all pages', async () => {
    const [first, second] = [machine('a', null), machine('b', null)]
    const markers = shows({ machines: [first], goesOn: true }, { machines: [second] })
    const listed = await run((verbs) => verbs.listMachines(testRef, 'kolla2'))
    expect(listed.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(markers).toEqual([null, 'a'])
  })

  it('and that come to a host are waited for; those that are there are not', async () => {
    const arrive = (seconds: number) =>
      run((verbs) => verbs.awaitArrivals(testRef, seconds, 'kolla2'))
    const own = machine('a', 'migrating')
    const comes = { machines: [own, machine('b', 'migrating', 'kolla3')] }
    moving({ source_compute: 'kolla3', dest_compute: 'kolla2' })
    shows(comes, { machines: [own, machine('b', null)] })
    expect(await arrive(60)).toEqual([])
    shows(comes)
    expect(await arrive(0)).toEqual(['vm-b (migrating on kolla3, b)'])
    moving({ source_compute: 'kolla3', dest_compute: 'kolla1' })
    expect(await arrive(0)).toEqual([])
    moving({ source_compute: 'kolla2', dest_compute: 'kolla3' })
    shows({ machines: [machine('c', 'resize_reverting', 'kolla3')] })
    expect(await arrive(0)).toEqual(['vm-c (resize_reverting on kolla3, c)'])
  })

  it('are waited for, on one host alone where it is named', async () => {
    const elsewhere = machine('c', 'migrating', 'kolla3')
    moving({ source_compute: 'kolla3', dest_compute: 'kolla1' })
    const moves = { machines: [machine('a', 'migrating', 'kolla2.lab'), elsewhere] }
    const markers = shows(moves, moves, { machines: [machine('a', null), elsewhere] })
    expect(await wait(60, 'kolla2')).toEqual([])
    expect(markers).toHaveLength(3)
  })

  it('are told when the time is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      let asked = 0
      openstack.answers.set('GET /v2.1/servers/detail', () => {
        asked++
        vi.advanceTimersByTime(40_000)
        return { status: 200, body: { servers: [machine('a', 'deleting')] } }
      })
      expect(await wait(60)).toEqual(['vm-a (deleting on kolla2, a)'])
      expect(asked).toBe(2)
    } finally {
      vi.useRealTimers()
    }
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

describe('a machine', () => {
  const at = (host: string, status: string, task: string | null = null) => ({
    name: 'vm',
    status,
    'OS-EXT-STS:task_state': task,
    'OS-EXT-SRV-ATTR:host': host,
  })
  const asked: unknown[] = []

  /** Nova shows these states, one each time that it is asked; the last one stays. */
  function shows(...states: object[]) {
    openstack.answers.set('GET /v2.1/servers/vm', () => {
      const server = states.length > 1 ? states.shift() : states[0]
      return { status: 200, body: { server } }
    })
  }
  const migrate = () => run((verbs) => verbs.migrateMachine(testRef, 'kolla2', 'vm'))

  beforeEach(() => {
    asked.length = 0
    openstack.answers.set('POST /v2.1/servers/vm/action', ({ body }) => {
      asked.push(body)
      return { status: 202 }
    })
  })

  it('that runs is moved live, once, and waited for', async () => {
    const [here, going] = [at('kolla2', 'ACTIVE'), at('kolla2', 'MIGRATING', 'migrating')]
    shows(here, going, going, at('kolla3', 'ACTIVE'))
    expect(await migrate()).toBeUndefined()
    expect(asked).toEqual([{ 'os-migrateLive': { host: null, block_migration: 'auto' } }])
    expect(await migrate()).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  it('that goes already is only waited for', async () => {
    shows(at('kolla2', 'MIGRATING', 'migrating'), at('kolla3', 'ACTIVE'))
    expect(await migrate()).toBeUndefined()
    expect(asked).toEqual([])
  })

  it('that is shut off is moved cold, and that is confirmed', async () => {
    shows(
      at('kolla2', 'SHUTOFF'),
      at('kolla2', 'RESIZE', 'resize_migrating'),
      at('kolla3', 'VERIFY_RESIZE'),
      at('kolla3', 'VERIFY_RESIZE'),
      at('kolla3', 'SHUTOFF'),
    )
    expect(await migrate()).toBeUndefined()
    expect(asked).toEqual([{ migrate: null }, { confirmResize: null }])
  })

  it('that broke on the other host has not been moved', async () => {
    const fault = { code: 500, message: 'No such file or directory' }
    shows(at('kolla2', 'SHUTOFF'), at('kolla2', 'RESIZE', 'resize_migrating'), {
      ...at('kolla3', 'ERROR'),
      fault,
    })
    expect(await migrate()).toContain('it is ERROR on kolla3: No such file or directory')
  })

  it.each([
    ['resize', 0, 'a resize of it to kolla3 waits for its owner'],
    ['migration', 1, undefined],
  ])(
    'that has gone by a %s of somebody else is confirmed %i times',
    async (type, times, stayed) => {
      openstack.answers.set('GET /v2.1/os-migrations', () => ({
        ...{ status: 200, body: { migrations: [{ migration_type: type }] } },
      }))
      shows(
        at('kolla2', 'RESIZE', 'resize_migrating'),
        at('kolla3', 'VERIFY_RESIZE'),
        at('kolla3', 'SHUTOFF'),
      )
      const why = await migrate()
      if (stayed === undefined) expect(why).toBeUndefined()
      else expect(why).toContain(stayed)
      expect(asked).toHaveLength(times)
    },
  )

  it('that could not go is left with the reason', async () => {
    shows(at('kolla2', 'ACTIVE'), at('kolla2', 'MIGRATING', 'migrating'), at('kolla2', 'ACTIVE'))
    const path = 'GET /v2.1/servers/vm/os-instance-actions'
    const instanceActions = [{ request_id: 'req-2' }, { request_id: 'req-1' }]
    openstack.answers.set(path, () => ({ status: 200, body: { instanceActions } }))
    const events = [
      { result: 'Success' },
      { result: 'Error', details: 'No valid host was found. There are not enough hosts.' },
    ]
    openstack.answers.set(`${path}/req-2`, () => ({
      ...{ status: 200, body: { instanceAction: { events } } },
    }))
    expect(await migrate()).toBe('No valid host was found. There are not enough hosts.')
  })

  it('that nothing can move, and one that Nova refuses, are told', async () => {
    shows(at('kolla2', 'ERROR'))
    expect(await migrate()).toBe('it is ERROR')
    shows(at('kolla2', 'VERIFY_RESIZE'))
    expect(await migrate()).toBe('it is VERIFY_RESIZE')
    expect(asked).toEqual([])
    shows(at('kolla2', 'ACTIVE'))
    openstack.answers.set('POST /v2.1/servers/vm/action', () => ({
      ...{ status: 409, body: { conflictingRequest: { code: 409, message: 'it is locked' } } },
    }))
    expect(await migrate()).toBe('it is locked')
  })

  describe('that shows no change', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['Date'] })
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    /** Nova shows these states, one each time that it is asked, four minutes after another. */
    function showsSlowly(...states: object[]) {
      openstack.answers.set('GET /v2.1/servers/vm', () => {
        vi.advanceTimersByTime(240_000)
        const server = states.length > 1 ? states.shift() : states[0]
        return { status: 200, body: { server } }
      })
    }

    it('is left after ten minutes where something else is done with it', async () => {
      showsSlowly(at('kolla2', 'ACTIVE', 'deleting'))
      expect(await migrate()).toContain('Nova has been at deleting for 12 min')
      expect(asked).toEqual([])
    })

    it('is left after an hour where another attempt may have asked it to go', async () => {
      showsSlowly(at('kolla2', 'MIGRATING', 'migrating'))
      expect(await migrate()).toContain('Nova has been at migrating for 64 min')
      expect(asked).toEqual([])
    })

    it('is waited for while others of its host go first', async () => {
      openstack.answers.set('GET /v2.1/os-migrations', () => ({
        ...{ status: 200, body: { migrations: [{ status: 'queued' }] } },
      }))
      const going = at('kolla2', 'MIGRATING', 'migrating')
      showsSlowly(...Array.from({ length: 40 }, () => going), at('kolla3', 'ACTIVE'))
      expect(await migrate()).toBeUndefined()
    })

    it('goes on while Nova does not answer for a moment, and for no longer', async () => {
      const answers = [at('kolla2', 'ACTIVE'), undefined, undefined, at('kolla3', 'ACTIVE')]
      openstack.answers.set('GET /v2.1/servers/vm', () => {
        vi.advanceTimersByTime(60_000)
        const server = answers.shift()
        return server ? { status: 200, body: { server } } : { status: 503, body: {} }
      })
      expect(await migrate()).toBeUndefined()
      await expect(migrate()).rejects.toThrow('503')
    })

    it('and was asked to go is left after an hour', async () => {
      showsSlowly(at('kolla2', 'SHUTOFF'), at('kolla2', 'RESIZE', 'resize_migrating'))
      expect(await migrate()).toContain('Nova has been at resize_migrating for 64 min')
    })

    it('is waited for while its migration tells of progress', async () => {
      let updates = 0
      openstack.answers.set('GET /v2.1/os-migrations', () => ({
        status: 200,
        body: { migrations: [{ status: 'running', updated_at: `2026-01-01T00:00:${updates++}` }] },
      }))
      const going = at('kolla2', 'MIGRATING', 'migrating')
      showsSlowly(...Array.from({ length: 40 }, () => going), at('kolla3', 'ACTIVE'))
      expect(await migrate()).toBeUndefined()
      expect(updates).toBeGreaterThan(1)
    })
  })

  it('that is gone is no trouble', async () => {
    expect(await migrate()).toBeUndefined()
  })
})

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
