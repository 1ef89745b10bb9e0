import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeOpenStack } from '../src/host/testing/fake-openstack.js'
import { machineActivities } from './machines.js'
import { runNamed, testRef } from './testing.js'

vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }))

let openstack: FakeOpenStack
beforeEach(() => {
  openstack = new FakeOpenStack()
})

const run = runNamed(() => openstack.remote, machineActivities)

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
      if (query.has('status')) return { status: 200, body: { servers: unconfirmed } }
      markers.push(query.get('marker'))
      const { machines, goesOn } = (pages.length > 1 ? pages.shift() : pages[0]) ?? { machines: [] }
      const links = goesOn ? { servers_links: [{ rel: 'next', href: 'http://…' }] } : {}
      return { status: 200, body: { servers: machines, ...links } }
    })
    return markers
  }

  /** Those that Nova shows in VERIFY_RESIZE. */
  let unconfirmed: object[]
  beforeEach(() => (unconfirmed = []))

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

  it('and that a cold migration has taken from a host are still its own until they are confirmed', async () => {
    const list = () => run((verbs) => verbs.listMachines(testRef, 'kolla2'))
    unconfirmed = [{ ...machine('gone', null, 'kolla3'), status: 'VERIFY_RESIZE' }]
    shows({ machines: [] })
    moving({ source_compute: 'kolla2', migration_type: 'migration' })
    expect(await list()).toEqual([{ id: 'gone', name: 'vm-gone' }])
    // A resize is its owner's.
    moving({ source_compute: 'kolla2', migration_type: 'resize' })
    expect(await list()).toEqual([])
    moving({ source_compute: 'kolla1', migration_type: 'migration' })
    expect(await list()).toEqual([])
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

  it('that an attempt before has confirmed is waited for, and confirmed no second time', async () => {
    openstack.answers.set('GET /v2.1/os-migrations', () => ({
      status: 200,
      body: { migrations: [{ migration_type: 'migration', status: 'confirming' }] },
    }))
    shows(at('kolla3', 'VERIFY_RESIZE'), at('kolla3', 'VERIFY_RESIZE'), at('kolla3', 'SHUTOFF'))
    expect(await migrate()).toBeUndefined()
    expect(asked).toEqual([])
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
