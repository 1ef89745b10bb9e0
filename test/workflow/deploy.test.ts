import { Context } from '@temporalio/activity'
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Activities } from '../../activities/index.js'
import { COPY_TIMEOUT } from '../../activities/mariadb.js'
import {
  changesOf,
  dueOneShots,
  fakeActivities,
  kinds,
  planned,
  spanOf,
  startsOf,
} from '../support/fake-activities.js'
import type { Call } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

const cloud = 'demo'
let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

/** Calls of a verb, and when the first began and the last ended. */
function span(calls: readonly Call[], verb: keyof Activities) {
  return spanOf(calls.filter((call) => call.verb === verb))
}

const finding = (host: string) => ({ severity: 'error' as const, host, message: 'no Docker' })

async function failureOf(result: Promise<unknown>): Promise<ApplicationFailure> {
  try {
    await result
  } catch (error) {
    let cause: unknown = error
    while (cause instanceof Error && cause.cause) cause = cause.cause
    expect(error).toBeInstanceOf(WorkflowFailedError)
    return cause as ApplicationFailure
  }
  throw new Error('the workflow was expected to fail')
}

describe('deploy', () => {
  it('begins nothing where a host takes a node of RabbitMQ for somebody else', async () => {
    const { activities, calls } = fakeActivities({
      checkHostNames: (_ref: unknown, host: string) => (host === 'kolla2' ? [finding(host)] : []),
    })
    await environment.withWorker(activities, async (runs) => {
      const failure = await failureOf(runs.execute('deploy', { cloud }))
      expect(failure.message).toBe('kolla2: error: no Docker')
    })
    expect(calls.map(({ verb }) => verb)).not.toContain('pullImages')
  })

  it("begins nothing where a new service's database is somebody else's", async () => {
    const { activities, calls } = fakeActivities({
      planCloud: () => planned(dueOneShots({ heat: kinds, glance: ['identity'] })),
      checkDatabases: (_ref: unknown, host: string, services: readonly string[]) =>
        services.map((service) => ({ ...finding(host), message: `${service} is alice's` })),
    })
    await environment.withWorker(activities, async (runs) => {
      const failure = await failureOf(runs.execute('deploy', { cloud }))
      expect(failure.message).toBe("kolla1: error: heat is alice's")
    })
    expect(calls.map(({ verb }) => verb)).not.toContain('writeConfiguration')
  })

  it('looks up no names where RabbitMQ goes on', async () => {
    const { activities, calls } = fakeActivities({
      planCloud: () => planned(changesOf('restart', ['keystone'])),
    })
    await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
    expect(calls.map(({ verb }) => verb)).not.toContain('checkHostNames')
  })

  it('sets up bridges where Open vSwitch changes, and alone where only they do', async () => {
    const ovs = { service: 'openvswitch', interrupts: false, reasons: ['missing'] }
    const names = ['openvswitch_db', 'openvswitch_vswitchd']
    const started = names.map((container) => {
      return { ...ovs, host: 'kolla1', container, action: 'create' as const }
    })
    const due = ['kolla1', 'kolla2'].map((host) => {
      return { ...ovs, host, container: 'networking', action: 'bootstrap' as const }
    })
    const members = { openvswitch: ['kolla1', 'kolla2', 'kolla3'] }
    const { activities, calls } = fakeActivities({
      planCloud: () => planned([...started, ...due], { members }),
    })
    await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
    const verbs = ['prepareNetworking', 'startOpenvswitch', 'setUpBridges']
    const told = calls.filter(({ verb }) => verbs.includes(verb))
    expect(told.map(({ verb, host }) => `${host} ${verb}`)).toEqual([
      'kolla1 prepareNetworking',
      'kolla1 startOpenvswitch',
      'kolla1 setUpBridges',
      'kolla2 prepareNetworking',
      'kolla2 setUpBridges',
    ])
    expect(told[1]?.args[2]).toEqual(names)
  })

  it('builds a cloud from nothing in the order of its dependencies', async () => {
    const pulls = ['kolla1', 'kolla2', 'kolla3'].map((host) => ({ host, images: ['cron'] }))
    const { activities, calls } = fakeActivities({
      planCloud: () =>
        planned([...changesOf('create'), ...dueOneShots({ keystone: kinds })], { pulls }),
    })
    const { changes } = await environment.withWorker(activities, (runs) =>
      runs.execute('deploy', { cloud }),
    )
    expect(changes).toHaveLength(27 + kinds.length)
    const at = (verb: keyof Activities) => span(calls, verb)
    const keystone = spanOf(startsOf(calls, 'keystone'))
    expect(at('pullImages').count).toBe(3)
    expect(at('pullImages').end).toBeLessThanOrEqual(at('writeConfiguration').begin)
    expect(at('writeConfiguration').end).toBeLessThanOrEqual(at('startContainers').begin)
    expect(calls.filter((call) => call.verb === 'bootstrapMariadb')).toMatchObject([
      { host: 'kolla1' },
    ])
    expect(at('bootstrapMariadb').end).toBeLessThanOrEqual(at('startMariadb').begin)
    const members = calls.filter((call) => call.verb === 'startMariadb')
    expect(members.map(({ args }) => args[2])).toEqual(['new', 'new', 'new'])
    for (const { startToClose } of members) expect(startToClose).toBeGreaterThan(COPY_TIMEOUT)
    expect(at('createDatabases').end).toBeLessThanOrEqual(at('bootstrapKeystone').begin)
    expect(at('bootstrapKeystone').end).toBeLessThanOrEqual(keystone.begin)
    expect(at('shareFernetKeys').end).toBeLessThanOrEqual(keystone.begin)
    expect(keystone.count).toBe(3)
    expect(at('issueToken').begin).toBeGreaterThanOrEqual(keystone.end)
  })

  it('begins with what all else stands on while the other images come, where nothing runs', async () => {
    const pulls = ['kolla1', 'kolla2'].map((host) => ({ host, images: ['mariadb', 'heat_api'] }))
    let isFormed = () => {}
    const formed = new Promise<void>((resolve) => (isFormed = resolve))
    const { activities, calls } = fakeActivities({
      planCloud: () => {
        const heat = { host: 'kolla1', service: 'heat', container: 'heat_api', interrupts: false }
        const changes = [
          ...changesOf('create'),
          { ...heat, action: 'create' as const, reasons: [] },
        ]
        const all = planned(changes, { pulls, foundation: ['mariadb'] })
        return { ...all, members: { ...all.members, heat: ['kolla1'] } }
      },
      createMariadbAccounts: () => isFormed(),
      // Ends only if MariaDB does not wait for it.
      pullImages: (_ref: unknown, _host: string, [image]: readonly string[]) =>
        image === 'heat_api' ? formed : undefined,
    })
    await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
    const pulled = calls.filter(({ verb }) => verb === 'pullImages')
    expect(pulled.map(({ host, args }) => `${host} ${String(args[2])}`).toSorted()).toEqual([
      'kolla1 heat_api',
      'kolla1 mariadb',
      'kolla2 heat_api',
      'kolla2 mariadb',
    ])
    const ended = (image: string) =>
      spanOf(pulled.filter(({ args }) => String(args[2]) === image)).end
    expect(ended('mariadb')).toBeLessThanOrEqual(span(calls, 'writeConfiguration').begin)
    const heat = calls.filter(
      (call) => call.verb === 'startContainers' && String(call.args[2]) === 'heat_api',
    )
    expect(spanOf(heat).begin).toBeGreaterThanOrEqual(ended('heat_api'))
  })

  it('begins no part whose images can not be had, and ends those that it has begun', async () => {
    const pulls = [{ host: 'kolla1', images: ['mariadb', 'cron'] }]
    const { activities, calls } = fakeActivities({
      planCloud: () => planned(changesOf('create'), { pulls, foundation: ['mariadb'] }),
      pullImages: (_ref: unknown, _host: string, [image]: readonly string[]) => {
        if (image === 'cron') throw ApplicationFailure.nonRetryable('the registry is gone')
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const failure = await failureOf(runs.execute('deploy', { cloud }))
      expect(failure.message).toBe('the registry is gone')
    })
    expect(startsOf(calls, 'cron')).toEqual([])
    expect(startsOf(calls, 'keystone')).toHaveLength(3)
  })

  it('gives images up whose foundation has failed, and tells why that has', async () => {
    const pulls = [{ host: 'kolla1', images: ['mariadb', 'cron'] }]
    const { activities, calls } = fakeActivities({
      planCloud: () => planned(changesOf('create'), { pulls, foundation: ['mariadb'] }),
      bootstrapMariadb: () => {
        throw ApplicationFailure.nonRetryable('no room on the disk', 'StepFailed')
      },
      pullImages: async (_ref: unknown, _host: string, [image]: readonly string[]) => {
        if (image !== 'cron') return
        const beating = setInterval(() => Context.current().heartbeat(), 100)
        await Context.current().cancelled.finally(() => clearInterval(beating))
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const failure = await failureOf(runs.execute('deploy', { cloud }))
      expect(failure.message).toBe('no room on the disk')
    })
    expect(startsOf(calls, 'memcached')).toHaveLength(3)
    expect(startsOf(calls, 'cron')).toEqual([])
  })

  it('touches nothing when nothing has to change', async () => {
    const { activities, calls } = fakeActivities({ planCloud: () => planned([]) })
    const { changes, summary } = await environment.withWorker(activities, (runs) =>
      runs.execute('deploy', { cloud }),
    )
    expect(changes).toEqual([])
    expect(summary).toBe('nothing to change')
    const looks = [
      'openCloud',
      'observeHost',
      'planCloud',
      'awaitHealth',
      'verifyRabbitmq',
      'issueToken',
    ]
    expect(new Set(calls.map((call) => call.verb))).toEqual(new Set(looks))
  })

  it('restarts a service that runs one host at a time, and no other', async () => {
    const { activities, calls } = fakeActivities({
      planCloud: () => planned(changesOf('restart', ['keystone'])),
    })
    await environment.withWorker(activities, (runs) => runs.execute('reconfigure', { cloud }))
    const restarts = startsOf(calls, 'keystone')
    expect(restarts.map((call) => call.host)).toEqual(['kolla1', 'kolla2', 'kolla3'])
    for (const [index, call] of restarts.slice(1).entries()) {
      expect(call.startedAt).toBeGreaterThanOrEqual(restarts[index]?.endedAt ?? Infinity)
    }
    expect(calls.some((call) => /^(start|bootstrap)(Mariadb|Rabbitmq)$/.test(call.verb))).toBe(
      false,
    )
    expect(calls.filter((call) => call.verb === 'startContainers')).toEqual(restarts)
  })

  it('only removes from a host that leaves what it has run', async () => {
    const changes = changesOf('restart', ['keystone']).map((change) =>
      change.host === 'kolla3' ? { ...change, action: 'remove' as const } : change,
    )
    const { activities, calls } = fakeActivities({ planCloud: () => planned(changes) })
    await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
    const of = (verb: keyof Activities) => calls.filter((call) => call.verb === verb)
    expect(of('prepareSuccessors').map(({ host }) => host)).toEqual(['kolla1', 'kolla2'])
    expect(startsOf(calls, 'keystone').map(({ host }) => host)).toEqual(['kolla1', 'kolla2'])
    expect(new Set(of('removeContainer').map(({ host }) => host))).toEqual(new Set(['kolla3']))
  })

  it.each([
    { due: [], verbs: [] },
    { due: ['databases'], verbs: ['createDatabases'] },
    { due: ['schema'], verbs: ['bootstrapKeystone'] },
    { due: kinds, verbs: ['createDatabases', 'bootstrapKeystone'] },
  ])("runs those of Keystone's one-shots that are due: $due", async ({ due, verbs }) => {
    const changes = [...changesOf('restart', ['keystone']), ...dueOneShots({ keystone: due })]
    const { activities, calls } = fakeActivities({ planCloud: () => planned(changes) })
    await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
    const [restart] = startsOf(calls, 'keystone')
    const before = calls.slice(0, restart && calls.indexOf(restart)).map((call) => call.verb)
    const oneShots = ['createDatabases', 'migrateSchema', 'registerService', 'bootstrapKeystone']
    expect(before.filter((verb) => oneShots.includes(verb))).toEqual(verbs)
    expect(before).toContain('shareFernetKeys')
  })

  it('registers a changed endpoint and restarts nothing', async () => {
    const changes = dueOneShots({ keystone: ['identity'] })
    const { activities, calls } = fakeActivities({ planCloud: () => planned(changes) })
    await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
    const verbs = calls.map((call) => call.verb)
    expect(verbs).toContain('bootstrapKeystone')
    expect(verbs).not.toContain('startContainers')
  })

  it('never bootstraps a second Galera cluster', async () => {
    const { activities, calls } = fakeActivities({
      planCloud: () => planned(changesOf('create', ['mariadb']).slice(0, 1)),
      inspectMariadb: (_ref: unknown, host: string) => {
        const synced = host !== 'kolla1'
        return { host, data: synced ? 'complete' : 'none', running: synced, synced, seqno: -1 }
      },
    })
    await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
    expect(calls.filter((call) => call.verb === 'bootstrapMariadb')).toEqual([])
    const started = calls.filter((call) => call.verb === 'startMariadb')
    expect(started.map(({ args }) => args.slice(1))).toEqual([['kolla1', 'living']])
  })

  it('stops members that wait for each other in vain before it asks who is newest', async () => {
    const stopped = new Set<string>()
    const { activities, calls } = fakeActivities({
      planCloud: () => planned(changesOf('restart', ['mariadb'])),
      stopMariadb: (_ref: unknown, host: string) => stopped.add(host),
      inspectMariadb: (_ref: unknown, host: string) => {
        const running = !stopped.has(host)
        const seqno = !running && host === 'kolla2' ? 8 : 7
        return { host, data: 'complete', running, synced: false, view: false, seqno }
      },
    })
    await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
    const began = calls.filter((call) => /^(stop|recover)Mariadb$/.test(call.verb))
    expect(began.map(({ verb, host }) => `${verb} ${host}`).sort()).toEqual([
      'recoverMariadb kolla2',
      'stopMariadb kolla1',
      'stopMariadb kolla2',
      'stopMariadb kolla3',
    ])
    expect(began.at(-1)?.verb).toBe('recoverMariadb')
  })

  it('ends with what a host fails at that can not be looked at, and with all other findings', async () => {
    const { activities, calls } = fakeActivities({
      observeHost: (_ref: unknown, host: string) => {
        if (host !== 'kolla2') return { host, digest: `seen-${host}`, running: 0 }
        const message = 'kolla2: observe the host did not end within 45 s\n  docker info'
        const details = { host, command: 'observe the host', tail: [], advice: 'mend it' }
        throw ApplicationFailure.create({ type: 'StepFailed', message, details: [details] })
      },
      planCloud: () => planned([], { findings: [finding('kolla3')] }),
    })
    const failure = await environment.withWorker(activities, (runs) =>
      failureOf(runs.execute('deploy', { cloud })),
    )
    expect(failure.type).toBe('BadInput')
    expect(failure.message).toBe(
      'kolla2: error: observe the host did not end within 45 s\n  docker info\n  mend it\nkolla3: error: no Docker',
    )
    expect(
      calls.filter(({ verb, host }) => verb === 'observeHost' && host === 'kolla2'),
    ).toHaveLength(2)
  })

  it('reports everything that is wrong at once and touches nothing', async () => {
    const { activities, calls } = fakeActivities({
      planCloud: () => planned([], { findings: [finding('kolla1'), finding('kolla3')] }),
    })
    const failure = await environment.withWorker(activities, (runs) =>
      failureOf(runs.execute('deploy', { cloud })),
    )
    expect(failure.type).toBe('BadInput')
    expect(failure.message).toBe('kolla1: error: no Docker\nkolla3: error: no Docker')
    expect(calls.at(-1)?.verb).toBe('planCloud')
  })

  it('starts members that are down before it interrupts one that runs', async () => {
    const changes = changesOf('restart', ['rabbitmq']).map((change) => {
      return { ...change, interrupts: change.host !== 'kolla3' }
    })
    const { activities, calls } = fakeActivities({ planCloud: () => planned(changes) })
    await environment.withWorker(activities, (runs) => runs.execute('deploy', { cloud }))
    const starts = calls.filter((call) => call.verb === 'startRabbitmq')
    expect(starts.map((call) => call.host)).toEqual(['kolla3', 'kolla1', 'kolla2'])
  })

  it.each(['prepareSuccessors', 'startContainers'] as const)(
    'leaves no API standing by when %s fails on one host',
    async (verb) => {
      const { activities, calls } = fakeActivities({
        planCloud: () => planned(changesOf('replace', ['keystone'])),
        [verb]: (_ref: unknown, host: string) => {
          if (host === 'kolla2')
            throw ApplicationFailure.nonRetryable('kolla2: keystone exited', 'StepFailed')
        },
      })
      const failure = await environment.withWorker(activities, (runs) =>
        failureOf(runs.execute('deploy', { cloud })),
      )
      expect(failure.message).toBe('kolla2: keystone exited')
      const withdrawn = calls.filter((call) => call.verb === 'withdrawSuccessors')
      expect(withdrawn.map(({ host }) => host).sort()).toEqual(['kolla1', 'kolla2', 'kolla3'])
      expect(span(calls, 'withdrawSuccessors').begin).toBeGreaterThanOrEqual(span(calls, verb).end)
    },
  )

  it('fails when nothing is to change and a service does not do its work', async () => {
    const { activities } = fakeActivities({
      planCloud: () => planned([]),
      awaitHealth: (_ref: unknown, host: string) => {
        if (host === 'kolla2')
          throw ApplicationFailure.nonRetryable('kolla2: not Synced', 'StepFailed')
      },
    })
    const failure = await environment.withWorker(activities, (runs) =>
      failureOf(runs.execute('deploy', { cloud })),
    )
    expect(failure.message).toBe('kolla2: not Synced')
  })

  it('lets the other hosts finish when one fails, and fails with that one', async () => {
    const { activities, calls } = fakeActivities({
      writeConfiguration: (_ref: unknown, host: string) => {
        if (host === 'kolla2')
          throw ApplicationFailure.nonRetryable('kolla2: disk full', 'StepFailed')
      },
    })
    const failure = await environment.withWorker(activities, (runs) =>
      failureOf(runs.execute('deploy', { cloud })),
    )
    expect(failure.message).toBe('kolla2: disk full')
    expect(span(calls, 'writeConfiguration').count).toBe(3)
    expect(calls.some((call) => call.verb === 'startContainers')).toBe(false)
  })
})
