import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Activities, PlannedRollback, PlannedUpgrade } from '../../activities/index.js'
import type { UpgradeInput, Waiting } from '../../workflows/operations.js'
import type { Finding } from '../../src/model/finding.js'
import type { Backup } from '../../src/plan/backup.js'
import type { StepTimes } from '../../src/plan/step-times.js'
import { upgradeSteps } from '../../src/plan/upgrade-plan.js'
import { BadInput, connect } from '../../src/client/index.js'
import { changesOf, fakeActivities, planned } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

const hosts = ['kolla1', 'kolla2', 'kolla3']
const versions = { keystone: '28.1.0', mariadb: '10.11', rabbitmq: '4.0.5', schema: ['a'] }
const backup: Backup = {
  id: '20261123T094000Z-full',
  host: 'kolla1',
  kind: 'full',
  at: '2026-11-23T09:40:00Z',
  version: '10.11',
  image: 'mariadb-server',
  lineage: 'a',
  bytes: 1,
}
const record = {
  id: '2025.2-x',
  release: '2025.2',
  to: '2026.1',
  at: '',
  backup,
  versions,
  images: {},
}

function upgradePlan(digest = 'd1'): PlannedUpgrade {
  const plan = planned(changesOf('replace'), {
    pulls: hosts.map((host) => ({ host, images: ['cron'] })),
  })
  const steps = upgradeSteps(plan.changes, plan.members)
  const current = { cloud: 'demo', files: 'old', found: 'old' }
  return { ...plan, from: '2025.2', to: '2026.1', current, steps, noReturn: [], times: {}, digest }
}

function rollbackPlan(): PlannedRollback {
  const plan = planned(changesOf('replace'), { ref: { cloud: 'demo', files: 'old', found: 'r' } })
  const steps = upgradeSteps(plan.changes, plan.members).reverse()
  return { ...plan, record, steps, times: {} }
}

const gone: Finding = {
  severity: 'error',
  host: 'kolla2',
  message: 'images of the record are neither here nor in the registry: keystone',
}

/** Activities of a cloud whose MariaDB is `mariadb` when a rollback looks at it. */
function fakes(mariadb = '11.8', more: Parameters<typeof fakeActivities>[0] = {}) {
  const sizes = { dataBytes: 2 ** 20, freeBytes: 2 ** 30 }
  const member = (host: string) => {
    return { host, running: true, version: mariadb, lineage: 'a', ...sizes }
  }
  return fakeActivities({
    inspectDatabase: () => ({ members: hosts.map(member), backups: [backup] }),
    planUpgrade: () => upgradePlan(),
    backUpMariadb: () => backup,
    proveBackup: () => '100 tables in 5 databases',
    recordRelease: () => record,
    inspectVersions: () => versions,
    previewMigrations: () => ({ versions: [{ program: 'MariaDB', from: '10.11', to: '11.8' }] }),
    inspectMigrations: () => ({ schema: ['a'], rabbitmq: '4.0.5' }),
    openRecord: () => ({ ref: { cloud: 'demo', files: 'old', found: 'record' }, record }),
    planRollback: rollbackPlan,
    ...more,
  })
}

let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

const input: UpgradeInput = { cloud: 'demo', release: '2026.1' }

/** The verbs in the order of their calls, each once. */
const order = (calls: readonly { verb: keyof Activities }[]) => [
  ...new Set(calls.map(({ verb }) => verb)),
]

async function until(handle: WorkflowHandle, kind: Waiting['kind']): Promise<Waiting> {
  for (;;) {
    const waiting = await handle.query<Waiting | undefined>('waiting').catch(() => undefined)
    if (waiting?.kind === kind) return waiting
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Fails on one host until `mended` says otherwise. */
function broken(host: string) {
  const state = { mended: false }
  const startKeystone = (_ref: unknown, on: string) => {
    if (on === host && !state.mended)
      throw ApplicationFailure.nonRetryable(`${on}: keystone exited`, 'StepFailed')
  }
  return { state, startKeystone }
}

describe('upgrade', () => {
  it('pulls, proves the way back, and only then replaces, in the order of dependencies', async () => {
    const { activities, calls } = fakes()
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    const verbs = order(calls)
    const wanted: (keyof Activities)[] = [
      'planUpgrade',
      'pullImages',
      'backUpMariadb',
      'proveBackup',
      'recordRelease',
      'replaceLoadBalancer',
      'replaceMariadb',
      'replaceRabbitmq',
      'expandKeystone',
      'startKeystone',
      'contractKeystone',
      'issueToken',
    ]
    expect(verbs.filter((verb) => wanted.includes(verb))).toEqual(wanted)
    for (const verb of ['replaceMariadb', 'replaceRabbitmq', 'startKeystone'] as const) {
      const own = calls.filter((call) => call.verb === verb)
      expect(own.map((call) => call.host)).toEqual(hosts)
      for (const [index, call] of own.slice(1).entries()) {
        expect(call.startedAt).toBeGreaterThanOrEqual(own[index]?.endedAt ?? Infinity)
      }
    }
  })

  it('takes stateless services in batches, after a canary that goes alone', async () => {
    // As long as a busy machine may take to begin the other one.
    const startKeystone = () => new Promise((resolve) => setTimeout(resolve, 500))
    const { activities, calls } = fakes('11.8', { startKeystone })
    await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', { ...input, batch: '100%', canary: 0.1 }),
    )
    const own = calls.filter((call) => call.verb === 'startKeystone')
    const [canary, second, third] = own
    expect(canary?.host).toBe('kolla1')
    expect(second?.startedAt).toBeGreaterThanOrEqual(canary?.endedAt ?? Infinity)
    expect(third?.startedAt).toBeLessThan(second?.endedAt ?? 0)
  })

  it('waits for the approval of the plan that is, not of one that was', async () => {
    const digests = ['d1', 'd2', 'd2']
    const { activities, calls } = fakes('11.8', {
      planUpgrade: () => upgradePlan(digests.shift()),
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, approve: true })
      expect((await until(handle, 'approval')).what).toContain('2025.2 → 2026.1')
      await expect(handle.executeUpdate('approve', { args: [{ plan: 'd0' }] })).rejects.toThrow(
        WorkflowUpdateFailedError,
      )
      await handle.executeUpdate('approve', { args: [{ plan: 'd1' }] })
      const changed = await until(handle, 'approval')
      expect(changed.plan).toBe('d2')
      expect(order(calls)).not.toContain('pullImages')
      await handle.executeUpdate('approve', { args: [{ plan: 'd2' }] })
      await handle.result()
    })
    expect(order(calls)).toContain('startKeystone')
  })

  it.each(['retry', 'skip', 'abort'] as const)(
    'pauses at a step that fails until somebody decides: %s',
    async (decision) => {
      const { state, startKeystone } = broken('kolla1')
      const { activities, calls } = fakes('11.8', { startKeystone })
      await environment.withWorker(activities, async (runs) => {
        const handle = await runs.start('upgrade', input)
        const waiting = await until(handle, 'failure')
        expect(waiting.what).toBe('keystone on kolla1 failed: kolla1: keystone exited')
        expect(calls.filter((call) => call.verb === 'startKeystone')).toHaveLength(1)
        state.mended = decision === 'retry'
        await handle.executeUpdate('decide', { args: [decision] })
        if (decision === 'abort') await expect(handle.result()).rejects.toThrow()
        else await handle.result()
      })
      const starts = calls.filter((call) => call.verb === 'startKeystone').map((call) => call.host)
      expect(starts).toEqual(
        {
          retry: ['kolla1', ...hosts],
          skip: hosts,
          abort: ['kolla1'],
        }[decision],
      )
      // The old release still runs somewhere: its schema is left to it.
      expect(order(calls).includes('contractKeystone')).toBe(decision === 'retry')
    },
  )

  it('asks about each of several hosts that failed, one after the other', async () => {
    const startKeystone = (_ref: unknown, host: string) => {
      throw ApplicationFailure.nonRetryable(`${host}: keystone exited`, 'StepFailed')
    }
    const { activities } = fakes('11.8', { startKeystone })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, batch: '100%' })
      const asked: string[] = []
      while (asked.length < hosts.length) {
        await expect
          .poll(async () => (await until(handle, 'failure')).what, { timeout: 20_000 })
          .not.toBe(asked.at(-1))
        asked.push((await until(handle, 'failure')).what)
        await handle.executeUpdate('decide', { args: ['skip'] })
      }
      expect(asked.sort()).toEqual(
        hosts.map((host) => `keystone on ${host} failed: ${host}: keystone exited`),
      )
      const { summary } = (await handle.result()) as { summary: string }
      for (const host of hosts) expect(summary).toContain(`keystone on ${host}`)
    })
  })

  it('is answered through the typed client, which explains what it waits for', async () => {
    const { state, startKeystone } = broken('kolla2')
    const { activities } = fakes('11.8', { startKeystone })
    const client = await connect({ address: environment.address })
    await environment.withWorker(activities, async (runs) => {
      const { workflowId } = await runs.start('upgrade', input)
      const operation = client.get(workflowId)
      await until(environment.client.workflow.getHandle(workflowId), 'failure')
      await expect(operation.approve()).rejects.toThrow(BadInput)
      expect(await client.explain(workflowId)).toMatchObject({ waiting: { kind: 'failure' } })
      await operation.pause()
      state.mended = true
      await operation.decide('retry')
      await until(environment.client.workflow.getHandle(workflowId), 'paused')
      await operation.resume()
      expect((await operation.result()).summary).toContain('2025.2 → 2026.1')
      expect(await operation.waiting()).toBeUndefined()
    })
    await client.close()
  })

  it('undoes everything by itself where it is told so', async () => {
    let old = false
    const { startKeystone } = broken('kolla1')
    const { activities, calls } = fakes('11.8', {
      startKeystone: (ref: { found?: string }, host: string) => {
        old = ref.found === 'r'
        if (!old) startKeystone(ref, host)
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, onFailure: 'rollback' })
      await expect(handle.result()).rejects.toMatchObject({
        cause: {
          type: 'RolledBack',
          message: expect.stringContaining('keystone exited') as string,
        },
      })
    })
    expect(old).toBe(true)
    const verbs = calls.map((call) => call.verb)
    expect(verbs.filter((verb) => verb === 'restoreMariadb')).toHaveLength(1)
    expect(verbs.filter((verb) => verb === 'setMariadbAside')).toHaveLength(2)
    expect(verbs.indexOf('mendMariadbAccounts')).toBeGreaterThan(verbs.indexOf('restoreMariadb'))
    expect(verbs.lastIndexOf('issueToken')).toBeGreaterThan(verbs.indexOf('restoreMariadb'))
  })

  it('is held before its next step by a pause, and goes on', async () => {
    const { activities } = fakes()
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, canary: 'approval' })
      await until(handle, 'canary')
      await handle.executeUpdate('pause')
      await handle.executeUpdate('approve', { args: [{}] })
      await until(handle, 'paused')
      await expect(handle.executeUpdate('decide', { args: ['retry'] })).rejects.toThrow()
      await handle.executeUpdate('resume')
      await until(handle, 'canary')
      await handle.cancel()
      await expect(handle.result()).rejects.toThrow()
    })
  })

  it('shows its plan without a lock and without touching anything', async () => {
    const { activities, calls } = fakes('11.8', {
      planUpgrade: () => ({
        ...upgradePlan(),
        times: { 'Upgrade cron': { seconds: 12, hosts: 3, at: '' } },
      }),
    })
    const result = await environment.withWorker(activities, async (runs) => {
      const other = await runs.start('cloudLock' as never, {} as never, 'demo-lock')
      const shown = await runs.execute('upgrade', { ...input, dryRun: true })
      await other.terminate()
      return shown
    })
    expect(result.summary).toContain('cron on kolla1, kolla2, kolla3; missing (last time 12 s on 3')
    expect(result.summary).toContain('MariaDB 10.11 → 11.8')
    expect(result.changes.length).toBeGreaterThan(0)
    expect(order(calls)).toEqual([
      ...['openCloud', 'observeHost', 'rememberFacts', 'inspectDatabase'],
      ...['planUpgrade', 'previewMigrations'],
    ])
  })

  it('remembers how long each part took, without what it waited for people', async () => {
    let remembered: StepTimes = {}
    const { activities } = fakes('11.8', {
      replaceMariadb: () => new Promise((resolve) => setTimeout(resolve, 500)),
      rememberTimes: (_ref: unknown, operation: string, times: StepTimes) => {
        if (operation === 'upgrade') remembered = times
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, canary: 2 })
      await handle.result()
    })
    expect(remembered['Upgrade mariadb']).toMatchObject({ hosts: 3 })
    expect(remembered['Upgrade mariadb']?.seconds).toBeGreaterThanOrEqual(1)
    expect(remembered['Upgrade cron']).toMatchObject({ hosts: 3 })
    // On a busy machine the steps themselves may take a second, but not what the canary waits.
    expect(remembered['Upgrade cron']?.seconds).toBeLessThan(2)
    expect(Object.keys(remembered)).toEqual(expect.arrayContaining(['Pull images', 'Verify']))
  })

  it('finishes what an earlier run left, with its record', async () => {
    const { activities, calls } = fakes('11.8', {
      planUpgrade: () => ({ ...upgradePlan(), record }),
    })
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    expect(order(calls)).not.toContain('backUpMariadb')
    expect(order(calls)).toContain('contractKeystone')
  })
})

describe('rollback', () => {
  it('starts the previous containers alone where no data have to change', async () => {
    const { activities, calls } = fakes('10.11')
    await environment.withWorker(activities, (runs) => runs.execute('rollback', { cloud: 'demo' }))
    const verbs = order(calls)
    expect(verbs).not.toContain('restoreMariadb')
    expect(verbs).not.toContain('rejoinMariadb')
    expect(verbs.indexOf('startKeystone')).toBeLessThan(verbs.indexOf('replaceMariadb'))
  })

  it('has a member that was replaced copy the data from one that was not', async () => {
    const { activities, calls } = fakes('10.11', {
      inspectDatabase: () => ({
        members: hosts.map((host) => ({ host, version: host === 'kolla1' ? '11.8' : '10.11' })),
        backups: [],
      }),
      planRollback: () => {
        const plan = planned(changesOf('replace', ['mariadb']).slice(0, 1))
        return { ...plan, record, steps: upgradeSteps(plan.changes, plan.members), times: {} }
      },
    })
    await environment.withWorker(activities, (runs) => runs.execute('rollback', { cloud: 'demo' }))
    expect(calls.filter((call) => call.verb === 'rejoinMariadb')).toMatchObject([
      { host: 'kolla1' },
    ])
  })

  it('waits for a person where it fails itself: there is no way back from a way back', async () => {
    const { state, startKeystone } = broken('kolla1')
    const { activities } = fakes('10.11', { startKeystone })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, onFailure: 'rollback' })
      await until(handle, 'failure')
      await expect(handle.executeUpdate('decide', { args: ['rollback'] })).rejects.toThrow()
      state.mended = true
      await handle.executeUpdate('decide', { args: ['retry'] })
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RolledBack' } })
    })
  })

  it('first takes away what stands by or works on the database', async () => {
    const { activities, calls } = fakes('10.11', {
      planRollback: () => {
        const changes = changesOf('replace', ['keystone'])
        const left = {
          service: 'keystone',
          container: 'keystone.next',
          interrupts: true,
          reasons: [],
        }
        const removal = { ...left, host: 'kolla2', action: 'remove' as const }
        const plan = planned([...changes, removal])
        return { ...plan, record, steps: upgradeSteps(changes, plan.members), times: {} }
      },
    })
    await environment.withWorker(activities, (runs) => runs.execute('rollback', { cloud: 'demo' }))
    const verbs = order(calls)
    expect(verbs).toContain('removeContainer')
    expect(verbs.indexOf('removeContainer')).toBeLessThan(verbs.indexOf('startKeystone'))
  })

  it('is asked about before data are lost for it, where a person chose it in an upgrade', async () => {
    const { startKeystone } = broken('kolla1')
    let undone = false
    const { activities, calls } = fakes('11.8', {
      startKeystone: (ref: { found?: string }, host: string) => {
        undone = ref.found === 'r'
        if (!undone) startKeystone(ref, host)
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      await until(handle, 'failure')
      await handle.executeUpdate('decide', { args: ['rollback'] })
      expect((await until(handle, 'approval')).what).toContain('what was written since is lost')
      expect(order(calls)).not.toContain('restoreMariadb')
      await handle.executeUpdate('approve', { args: [{}] })
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RolledBack' } })
    })
    expect(undone).toBe(true)
  })

  it('does not guess where no MariaDB tells how far its schema was migrated', async () => {
    const { activities, calls } = fakes('10.11', { inspectMigrations: () => ({ rabbitmq: '' }) })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('rollback', { cloud: 'demo', confirm: true })
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'BadInput', message: expect.stringContaining('mariadb-recovery') as string },
      })
    })
    expect(order(calls)).not.toContain('restoreMariadb')
  })

  it('asks to confirm the moment to which the data go back', async () => {
    const { activities, calls } = fakes()
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('rollback', { cloud: 'demo' })
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'BadInput', message: expect.stringContaining(backup.at) as string },
      })
    })
    expect(order(calls).at(-1)).toBe('planRollback')
  })

  it('shows what goes back how, and what does not, without touching anything', async () => {
    const { activities, calls } = fakes()
    const { summary } = await environment.withWorker(activities, (runs) =>
      runs.execute('rollback', { cloud: 'demo', dryRun: true }),
    )
    expect(summary).toContain(`goes back to ${backup.at}, by the backup ${backup.id} on kolla1`)
    expect(summary).toMatch(/cron on kolla1.*: its previous containers are started/)
    expect(summary).toContain("RabbitMQ's feature flags")
    expect(order(calls).at(-1)).toBe('planRollback')
  })

  it.each([
    [
      'images are gone',
      { planRollback: () => ({ ...rollbackPlan(), findings: [gone] }) },
      /kolla2: error: images of the record are neither here/,
    ],
    [
      'data have no room',
      {
        inspectDatabase: () => {
          const full = { dataBytes: 2 ** 30, freeBytes: 2 ** 20 }
          const members = hosts.map((host) => ({ host, version: '11.8', ...full }))
          return { members, backups: [backup] }
        },
      },
      /kolla1: error: the record's database beside today's need 1\.0 GiB/,
    ],
  ])('refuses a record whose %s, before it touches anything', async (_case, more, message) => {
    const { activities, calls } = fakes('11.8', more)
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('rollback', { cloud: 'demo', confirm: true })
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'BadInput', message: expect.stringMatching(message) as string },
      })
    })
    expect(order(calls)).not.toContain('pullImages')
  })

  it('refuses when the backup that it needs is gone', async () => {
    const { activities } = fakes('11.8', {
      inspectDatabase: () => ({ members: [{ host: 'kolla1', version: '11.8' }], backups: [] }),
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('rollback', { cloud: 'demo', confirm: true })
      await expect(handle.result()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('is gone from kolla1') as string },
      })
    })
  })
})
