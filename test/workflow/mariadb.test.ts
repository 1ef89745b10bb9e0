import { ApplicationFailure } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/model/finding.js'
import type { Activities } from '../../activities/index.js'
import type { OperationInputs } from '../../workflows/operations.js'
import { changesOf, expectOrder, fakeActivities, planned } from '../support/fake-activities.js'
import type { Call } from '../support/fake-activities.js'
import { backup, fakes, hosts, order, until } from '../support/fake-upgrade.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

const cloud = 'demo'
let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

type Fakes = Parameters<typeof fakeActivities>[0]
const mib = 2 ** 20
const sizes = { dataBytes: mib, freeBytes: 1024 * mib, asideBytes: 0 }
const database = (more: object = {}) => ({
  members: hosts.map((host) => ({ host, running: true, version: '10.11', ...sizes, ...more })),
  backups: [backup],
})
const of = (calls: readonly Call[], verb: keyof Activities) =>
  calls.filter((call) => call.verb === verb)
const hostsOf = (calls: readonly Call[], verb: keyof Activities) =>
  of(calls, verb)
    .map(({ host }) => host)
    .sort()

function rootOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause === undefined ? message : rootOf(cause)
}

/** Runs an operation whose activities answer so; what was called, and the message it failed with. */
async function run<Name extends keyof OperationInputs>(
  name: Name,
  input: OperationInputs[Name],
  answers: Fakes,
) {
  const { activities, calls } = fakeActivities(answers)
  const done = await environment.withWorker(activities, (runs) =>
    runs.execute(name, input).then(
      ({ summary, warnings }) => ({ summary, warnings, failure: '' }),
      (error: unknown) => ({ summary: '', warnings: [], failure: rootOf(error) }),
    ),
  )
  return { calls, ...done }
}

describe('a restore', () => {
  const input = { cloud, confirm: true }

  it('removes what earlier ones replaced when it has succeeded on all members, and not before', async () => {
    const { calls } = await run('mariadbRestore', input, { inspectDatabase: () => database() })
    expect(hostsOf(calls, 'settleReplacedMariadb')).toEqual(hosts)
    const lastJoin = Math.max(...of(calls, 'startMariadb').map(({ endedAt }) => endedAt))
    for (const { startedAt } of of(calls, 'settleReplacedMariadb')) {
      expect(startedAt).toBeGreaterThanOrEqual(lastJoin)
    }
    const verbs = ['restoreMariadb', 'setMariadbAside', 'settleReplacedMariadb'] as const
    const turns = verbs.flatMap((verb) => of(calls, verb).map(({ args }) => args[2]))
    expect(new Set(turns).size).toBe(1)
    expect(turns[0]).toMatch(/^\d{8}T\d{6}Z-[0-9a-f-]{36}$/)
  })

  it('lists what the restored database does not know', async () => {
    const orphan: Finding = {
      severity: 'warning',
      host: 'kolla2',
      message: 'Nova does not know it',
    }
    const { warnings } = await run('mariadbRestore', input, {
      inspectDatabase: () => database(),
      listOrphans: () => [orphan],
    })
    expect(warnings).toEqual([orphan])
  })

  it.each(['restoreMariadb', 'startMariadb'] as const)(
    'removes nothing where %s fails',
    async (verb) => {
      const { calls, failure } = await run('mariadbRestore', input, {
        inspectDatabase: () => database(),
        [verb]: () => {
          throw ApplicationFailure.nonRetryable('mariadb exited', 'StepFailed')
        },
      })
      expect(failure).toBe('mariadb exited')
      expect(of(calls, 'settleReplacedMariadb')).toEqual([])
    },
  )

  it("takes the backup that was named last, whatever the hosts' clocks say", async () => {
    const wrong = { ...backup, id: '20261122T094000Z-full', at: '2031-01-01T00:00:00Z' }
    const { calls } = await run('mariadbRestore', input, {
      inspectDatabase: () => ({ ...database(), backups: [wrong, backup] }),
    })
    expect(of(calls, 'proveBackup')[0]?.args[2]).toMatchObject([{ id: backup.id }])
  })

  it('begins only where there is room for the backup unpacked, not as it lies there', async () => {
    const { calls, failure } = await run('mariadbRestore', input, {
      inspectDatabase: () => ({
        ...database(),
        backups: [{ ...backup, bytes: mib, rawBytes: 2048 * mib }],
      }),
    })
    expect(failure).toMatch(/kolla2: error: the backup's data beside today's need 2\.0 GiB/)
    expect(order(calls).at(-1)).toBe('inspectDatabase')
  })

  it.each([
    [{ freeBytes: mib / 2 }, /kolla2: error: the backup's data beside today's need/],
    [{ asideFreeBytes: 0 }, /kolla2: error: today's data, set aside, need/],
  ])('begins only where there is room for both databases: %j', async (more, message) => {
    const { calls, failure } = await run('mariadbRestore', input, {
      inspectDatabase: () => database(more),
    })
    expect(failure).toMatch(message)
    expect(order(calls).at(-1)).toBe('inspectDatabase')
  })
})

describe('a rollback that restores', () => {
  it('removes what earlier ones replaced at its very end', async () => {
    const { activities, calls } = fakes('11.8')
    await environment.withWorker(activities, (runs) =>
      runs.execute('rollback', { cloud, confirm: true }),
    )
    expect(hostsOf(calls, 'settleReplacedMariadb')).toEqual(hosts)
    const verbs = order(calls)
    expectOrder(verbs, 'issueToken', 'settleReplacedMariadb')
  })

  it('removes nothing where a person has skipped the data', async () => {
    const { activities, calls } = fakes('11.8', {
      restoreMariadb: () => {
        throw ApplicationFailure.nonRetryable('mariadb exited', 'StepFailed')
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('rollback', { cloud, confirm: true })
      const { step = '' } = await until(handle, 'failure')
      await handle.executeUpdate('decide', { args: [{ step, decision: 'skip' }] })
      await handle.result()
    })
    expect(of(calls, 'settleReplacedMariadb')).toEqual([])
  })

  it.each([
    ['copies', '10.11', '11.8'],
    ['leaves the data', '10.11', '10.11'],
  ])('one that %s is refused where histories have parted', async (_case, old, first) => {
    const { activities, calls } = fakes('10.11', {
      inspectDatabase: () => ({
        members: hosts.map((host) => ({
          ...{ host, running: true, version: host === 'kolla1' ? first : old, ...sizes },
          ...{ data: 'complete', cluster: host === 'kolla3' ? '1111' : '2222', restored: '' },
        })),
        backups: [backup],
      }),
    })
    const failed = environment.withWorker(activities, (runs) =>
      runs.execute('rollback', { cloud, confirm: true }),
    )
    await expect(failed).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/^kolla3: error: .*another history/) as string },
    })
    expect(order(calls).at(-1)).toBe('planRollback')
  })
})

/** Members of a cluster that was restored while kolla2 was away: its transactions have higher numbers, and mean nothing. */
const parted = (more: Record<string, object> = {}) => ({
  inspectMariadb: (_ref: unknown, host: string) => ({
    ...{ host, data: 'complete', running: false, synced: false, view: false },
    ...{ setAside: [], backups: [], prepared: '', restored: '' },
    ...(host === 'kolla2' ? { cluster: '1111', seqno: 1000 } : { cluster: '2222', seqno: 950 }),
    ...more[host],
  }),
})
const touches: readonly string[] = [
  ...(['stopMariadb', 'recoverMariadb', 'bootstrapMariadb', 'startMariadb'] as const),
]

describe('a member of another history', () => {
  const changed = { planCloud: () => planned(changesOf('restart', ['mariadb'])) }

  it.each([
    ['is stopped', {}],
    ['waits for the others', { kolla2: { running: true, view: true, seqno: -1 } }],
    [
      'waits in vain, as do the others',
      Object.fromEntries(hosts.map((it) => [it, { running: true }])),
    ],
    ['is away from a cluster that serves', { kolla1: { running: true, synced: true } }],
  ])('is named by deploy and recovery, which touch nothing: it %s', async (_case, more) => {
    for (const name of ['deploy', 'mariadbRecovery'] as const) {
      const answers = { ...changed, ...parted(more), inspectDatabase: () => database() }
      const { calls, failure } = await run(name, { cloud }, answers)
      expect(failure, name).toMatch(/^kolla2: error: its database is of another history/)
      expect(order(calls).filter((verb) => touches.includes(verb))).toEqual([])
    }
  })

  it('is known by what InnoDB tells, too, where Galera tells nothing', async () => {
    const answers = {
      ...changed,
      ...parted({ kolla2: { cluster: '', seqno: -1 } }),
      recoverMariadbPosition: () => ({ cluster: '1111', seqno: 1000 }),
    }
    const { calls, failure } = await run('deploy', { cloud }, answers)
    expect(failure).toMatch(/^kolla2: error: its database is of another history/)
    expect(order(calls).filter((verb) => touches.includes(verb))).toEqual([])
  })

  it('is not the restored one that no server has begun with, whose InnoDB names the old history', async () => {
    const answers = {
      ...changed,
      ...parted({
        kolla1: { cluster: '', restored: 'b1', seqno: -1 },
        kolla3: { data: 'none', cluster: '' },
      }),
      recoverMariadbPosition: () => ({ cluster: '1111', seqno: 950 }),
    }
    const { failure } = await run('deploy', { cloud }, answers)
    expect(failure).toMatch(/^kolla2: error: .*kolla1, which a restore has begun/)
  })

  it('is no member to take a backup from', async () => {
    const { calls, failure } = await run(
      'mariadbBackup',
      { cloud },
      {
        inspectDatabase: () => {
          const { members } = database({ data: 'complete', restored: '' })
          return {
            members: members.map((it) => ({
              ...it,
              cluster: it.host === 'kolla1' ? '1111' : '2222',
            })),
            backups: [],
          }
        },
      },
    )
    expect(failure).toMatch(/^kolla1: error: its database is of another history/)
    expect(of(calls, 'backUpMariadb')).toEqual([])
  })
})

describe('a recovery', () => {
  it.each([{ synced: true }, { serving: true }])(
    'touches nothing where a member serves, as a donor does: %j',
    async (state) => {
      const { calls, summary } = await run(
        'mariadbRecovery',
        { cloud },
        {
          inspectDatabase: () => database(),
          ...parted({ kolla2: { cluster: '2222', seqno: 950, running: true, ...state } }),
        },
      )
      expect(summary).toMatch(/^nothing to recover: kolla2 serve/)
      expect(order(calls).filter((verb) => touches.includes(verb))).toEqual([])
    },
  )
})

describe('a rejoin', () => {
  const input = { cloud, host: 'kolla2', confirm: true }
  const serving = parted({
    kolla1: { running: true, synced: true },
    kolla3: { running: true, synced: true },
  })
  const answers = { inspectDatabase: () => database(), ...serving }
  const verbs = (calls: readonly Call[]) =>
    calls.filter(({ verb }) => /Mariadb|writeConf/.test(verb) && verb !== 'inspectMariadb')

  it("sets one member's data aside and has it copy the others'", async () => {
    const { calls, summary } = await run('mariadbRejoin', input, answers)
    expect(verbs(calls).map(({ verb, host }) => `${verb} ${host}`)).toEqual([
      'stopMariadb kolla2',
      'setMariadbAside kolla2',
      'writeConfiguration kolla2',
      'startMariadb kolla2',
    ])
    expect(summary).toContain('kolla2 has copied the data of the others')
  })

  it('copies from a member that another one is copying from', async () => {
    const donor = parted({ kolla1: { running: true, serving: true } })
    const { summary } = await run('mariadbRejoin', input, { ...answers, ...donor })
    expect(summary).toContain('kolla2 has copied the data of the others')
  })

  it('begins with no member itself', async () => {
    const { calls, summary } = await run('mariadbRejoin', input, { ...answers, ...parted() })
    expect(order(verbs(calls))).toEqual(['stopMariadb', 'setMariadbAside'])
    expect(summary).toContain('mariadb-recovery')
  })

  it.each([
    ['it is not confirmed', { cloud, host: 'kolla2' }, {}, /confirm it/],
    ['the host is no member', { ...input, host: 'kolla9' }, {}, /kolla9 is no member of MariaDB/],
    [
      'no other member has data',
      input,
      parted({ kolla1: { data: 'none' }, kolla3: { data: 'none' } }),
      /no other member holds a database/,
    ],
    [
      'those of the others have parted, too',
      input,
      parted({ kolla1: { cluster: '3333' } }),
      /a history that has parted from another/,
    ],
    [
      'the host alone serves',
      input,
      parted({
        kolla1: { cluster: '1111' },
        kolla2: { running: true, synced: true, seqno: -1 },
        kolla3: { cluster: '1111' },
      }),
      /^kolla2 is the only member that serves, .*\(kolla1, kolla3\)/,
    ],
    [
      'the host alone serves, though not Synced',
      input,
      parted({ kolla2: { running: true, serving: true } }),
      /^kolla2 is the only member that serves/,
    ],
    [
      'there is no room',
      input,
      { inspectDatabase: () => database({ freeBytes: 1 }) },
      /kolla2: error: the others' data need/,
    ],
  ])('touches nothing where %s', async (_case, asked, more, message) => {
    const { calls, failure } = await run('mariadbRejoin', asked, { ...answers, ...more })
    expect(failure).toMatch(message)
    expect(verbs(calls)).toEqual([])
  })
})

describe('prune', () => {
  it('forgets a record whose backup has gone with its host', async () => {
    const record = { id: '2025.2-x', images: {}, backup: { ...backup, host: 'kolla9' } }
    const { calls, summary } = await run(
      'prune',
      { cloud, keep: 0 },
      {
        inspectDatabase: () => database(),
        listReleases: () => [record],
      },
    )
    expect(summary).toBe('removed 2025.2-x')
    expect(of(calls, 'removeBackups')).toEqual([])
    expect(of(calls, 'removeRecord')).toHaveLength(1)
  })
})
