import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UpgradeInput } from '../../workflows/operations.js'
import type { StepTimes } from '../../src/plan/step-times.js'
import { BadInput, connect } from '../../src/client/index.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'
import { expectOrder, kinds, startsOf } from '../support/fake-activities.js'
import { broken, fakes, hosts, order, record, until, upgradePlan } from '../support/fake-upgrade.js'

let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

const input: UpgradeInput = { cloud: 'demo', release: '2026.1' }

describe('upgrade', () => {
  it('pulls, proves the way back, and only then replaces, in the order of dependencies', async () => {
    const { activities, calls } = fakes()
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    const verbs = order(calls)
    const wanted: string[] = [
      'planUpgrade',
      'pullImages',
      'backUpMariadb',
      'proveBackup',
      'recordRelease',
      'replaceLoadBalancer',
      'replaceMariadb',
      'replaceRabbitmq',
      'migrateSchema',
      'startContainers keystone',
      'bootstrapKeystone',
      'issueToken',
    ]
    expect(verbs.filter((verb) => wanted.includes(verb))).toEqual(wanted)
    const phases = calls.filter((call) => call.verb === 'migrateSchema').map(({ args }) => args[3])
    expect(phases).toEqual(['expand', 'contract'])
    for (const own of [
      calls.filter((call) => call.verb === 'replaceMariadb'),
      calls.filter((call) => call.verb === 'replaceRabbitmq'),
      startsOf(calls, 'keystone'),
    ]) {
      expect(own.map((call) => call.host)).toEqual(hosts)
      for (const [index, call] of own.slice(1).entries()) {
        expect(call.startedAt).toBeGreaterThanOrEqual(own[index]?.endedAt ?? Infinity)
      }
    }
  })

  it('takes stateless services in batches, after a canary that goes alone', async () => {
    // As long as a busy machine may take to begin the other one.
    const startContainers = () => new Promise((resolve) => setTimeout(resolve, 500))
    const { activities, calls } = fakes('11.8', { startContainers })
    await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', { ...input, batch: '100%', canary: 0.1 }),
    )
    const own = startsOf(calls, 'keystone')
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
    expect(order(calls)).toContain('startContainers keystone')
  })

  it.each(['retry', 'skip', 'abort'] as const)(
    'pauses at a step that fails until somebody decides: %s',
    async (decision) => {
      const { state, startContainers } = broken('kolla1')
      const { activities, calls } = fakes('11.8', { startContainers })
      await environment.withWorker(activities, async (runs) => {
        const handle = await runs.start('upgrade', input)
        const waiting = await until(handle, 'failure')
        expect(waiting.what).toBe('keystone on kolla1 failed: kolla1: keystone exited')
        const { step = '' } = waiting
        expect(startsOf(calls, 'keystone')).toHaveLength(1)
        state.mended = decision === 'retry'
        await handle.executeUpdate('decide', { args: [{ step, decision }] })
        if (decision === 'abort') await expect(handle.result()).rejects.toThrow()
        else await handle.result()
      })
      const starts = startsOf(calls, 'keystone').map((call) => call.host)
      expect(starts).toEqual(
        {
          retry: ['kolla1', ...hosts],
          skip: hosts,
          abort: ['kolla1'],
        }[decision],
      )
      const withdrawn = calls.filter((call) => call.verb === 'withdrawSuccessors')
      expect(withdrawn.map(({ host }) => host)).toEqual(['kolla1'])
      // The old release still runs somewhere: its schema is left to it.
      expect(order(calls).includes('bootstrapKeystone')).toBe(decision === 'retry')
    },
  )

  it('takes one of two answers that come in one moment, and tells the other', async () => {
    const { startContainers } = broken('kolla1')
    const { activities } = fakes('11.8', { startContainers })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      const { step = '' } = await until(handle, 'failure')
      const answers = await Promise.allSettled(
        (['abort', 'skip'] as const).map((decision) =>
          handle.executeUpdate('decide', { args: [{ step, decision }] }),
        ),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const aborted = answers[0]?.status === 'fulfilled'
      const end = handle.result().then(
        () => 'skipped',
        () => 'aborted',
      )
      expect(await end).toBe(aborted ? 'aborted' : 'skipped')
    })
  })

  it('asks anew about a step that fails again: an answer to the first time is none', async () => {
    const { startContainers } = broken('kolla1')
    const { activities } = fakes('11.8', { startContainers })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      await until(handle, 'failure')
      const answer = (step: string, decision: string) =>
        handle.executeUpdate('decide', { args: [{ step, decision }] })
      await answer('keystone on kolla1', 'retry')
      await expect
        .poll(async () => (await until(handle, 'failure')).step, { timeout: 20_000 })
        .toBe('keystone on kolla1, attempt 2')
      await expect(answer('keystone on kolla1', 'skip')).rejects.toThrow(WorkflowUpdateFailedError)
      await answer('keystone on kolla1, attempt 2', 'skip')
      await handle.result()
    })
  })

  it.each([
    ['migrateSchema', "expansion of keystone's schema", 'startContainers keystone'],
    ['awaitWholeGalera', 'all members of mariadb', 'replaceMariadb'],
    ['verifyRabbitmq', 'all nodes of rabbitmq', 'replaceRabbitmq'],
    ['enableFeatureFlags', 'feature flags of rabbitmq', 'replaceRabbitmq'],
  ] as const)('leaves a service out whose %s is skipped', async (gate, step, replaced) => {
    let failures = 0
    const { activities, calls } = fakes('11.8', {
      [gate]: () => {
        if (failures++ === 0) throw ApplicationFailure.nonRetryable('it can not be', 'StepFailed')
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      expect((await until(handle, 'failure')).step).toBe(step)
      await handle.executeUpdate('decide', { args: [{ step, decision: 'skip' }] })
      expect(((await handle.result()) as { summary: string }).summary).toContain(step)
    })
    expect(order(calls)).not.toContain(replaced)
    expect(order(calls)).not.toContain('bootstrapKeystone')
  })

  it('answers from its first moment, before the files of the cloud are read', async () => {
    let open: (value?: undefined) => void = () => undefined
    const read = new Promise<undefined>((resolve) => (open = resolve))
    const { activities } = fakes('11.8', {
      openCloud: async () => {
        await read
        return { name: 'demo', ref: { cloud: 'demo', files: 'f1' }, hosts, findings: [] }
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      await handle.executeUpdate('pause')
      expect(await handle.query('waiting')).toBeUndefined()
      open()
      await until(handle, 'paused')
      await handle.executeUpdate('resume')
      await handle.cancel()
      await expect(handle.result()).rejects.toThrow()
    })
  })

  it('asks about each of several hosts that failed, one after the other', async () => {
    const startContainers = (_ref: unknown, host: string, names: readonly string[]) => {
      if (!names.includes('keystone')) return
      throw ApplicationFailure.nonRetryable(`${host}: keystone exited`, 'StepFailed')
    }
    const { activities } = fakes('11.8', { startContainers })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, batch: '100%' })
      const asked: string[] = []
      while (asked.length < hosts.length) {
        await expect
          .poll(async () => (await until(handle, 'failure')).what, { timeout: 20_000 })
          .not.toBe(asked.at(-1))
        const { what, step = '' } = await until(handle, 'failure')
        asked.push(what)
        await handle.executeUpdate('decide', { args: [{ step, decision: 'skip' }] })
      }
      expect(asked.sort()).toEqual(
        hosts.map((host) => `keystone on ${host} failed: ${host}: keystone exited`),
      )
      const { summary } = (await handle.result()) as { summary: string }
      for (const host of hosts) expect(summary).toContain(`keystone on ${host}`)
    })
  })

  it('is answered through the typed client, which explains what it waits for', async () => {
    const { state, startContainers } = broken('kolla2')
    const { activities } = fakes('11.8', { startContainers })
    const client = await connect({ address: environment.address })
    await environment.withWorker(activities, async (runs) => {
      const { workflowId } = await runs.start('upgrade', input)
      const operation = client.get(workflowId)
      await until(environment.client.workflow.getHandle(workflowId), 'failure')
      await expect(operation.approve({ plan: 'd1' })).rejects.toThrow(BadInput)
      await expect(
        operation.decide({ step: 'keystone on kolla1', decision: 'skip' }),
      ).rejects.toThrow(/keystone on kolla2 failed.*\n.*"step":"keystone on kolla2"/)
      expect(await client.explain(workflowId)).toMatchObject({ waiting: { kind: 'failure' } })
      await operation.pause()
      state.mended = true
      await operation.decide({ step: 'keystone on kolla2', decision: 'retry' })
      await until(environment.client.workflow.getHandle(workflowId), 'paused')
      await operation.resume()
      expect((await operation.result()).summary).toContain('2025.2 → 2026.1')
      expect(await operation.waiting()).toBeUndefined()
    })
    await client.close()
  })

  it('undoes everything by itself where it is told so', async () => {
    let old = false
    const { startContainers } = broken('kolla1')
    const { activities, calls } = fakes('11.8', {
      startContainers: (ref: { found?: string }, host: string, names: readonly string[]) => {
        old = ref.found === 'r'
        if (!old) startContainers(ref, host, names)
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
    expectOrder(verbs, 'restoreMariadb', 'mendMariadbAccounts')
    expect(verbs.lastIndexOf('issueToken')).toBeGreaterThan(verbs.indexOf('restoreMariadb'))
  })

  it('tells what had failed where the rollback is refused', async () => {
    const { startContainers } = broken('kolla1')
    const finding = { severity: 'error', message: 'its backup is gone' }
    const planRollback = () => {
      throw ApplicationFailure.nonRetryable(finding.message, 'BadInput', [finding])
    }
    const { activities } = fakes('11.8', { startContainers, planRollback })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, onFailure: 'rollback' })
      await expect(handle.result()).rejects.toMatchObject({
        cause: {
          type: 'BadInput',
          message: expect.stringMatching(
            /not rolled back: .*keystone exited[^]*its backup is gone/,
          ) as string,
        },
      })
    })
  })

  it('is held before its next step by a pause, and goes on', async () => {
    const { activities } = fakes()
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, canary: 'approval' })
      await until(handle, 'canary')
      await handle.executeUpdate('pause')
      const approve = (args: readonly unknown[]) =>
        handle.executeUpdate('approve', { args: args as [unknown] })
      for (const unread of [[], [{}], [{ step: 'canary of keystone' }]]) {
        await expect(approve(unread)).rejects.toThrow(WorkflowUpdateFailedError)
      }
      await approve([{ step: 'canary of cron' }])
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

  it('has its images pulled beforehand by those who want that, and nothing else', async () => {
    const { activities, calls } = fakes()
    const { summary } = await environment.withWorker(activities, (runs) =>
      runs.execute('pull', { cloud: 'demo', release: '2026.1' }),
    )
    expect(summary).toBe('images pulled on kolla1, kolla2, kolla3')
    expect(calls.find(({ verb }) => verb === 'planUpgrade')?.args[2]).toBe('2026.1')
    const verbs = order(calls)
    expect(verbs).toContain('pullImages')
    expect(verbs).not.toContain('previewMigrations')
    expect(verbs).not.toContain('recordRelease')
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

  it('has succeeded also where the times of its parts can not be kept', async () => {
    const { activities } = fakes('11.8', {
      rememberTimes: () => {
        throw ApplicationFailure.nonRetryable('no space left on device', 'StepFailed')
      },
    })
    const { summary } = await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', input),
    )
    expect(summary).toContain('2025.2 → 2026.1')
  })

  it('finishes what an earlier run left, with its record', async () => {
    const { activities, calls } = fakes('11.8', {
      planUpgrade: () => ({ ...upgradePlan(), record }),
    })
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    expect(order(calls)).not.toContain('backUpMariadb')
    expect(order(calls)).toContain('bootstrapKeystone')
  })

  it('takes away what an earlier run left when nothing else was to do', async () => {
    const left = { service: 'keystone', container: 'keystone.next', interrupts: false, reasons: [] }
    const removal = { ...left, host: 'kolla2', action: 'remove' as const }
    const { activities, calls } = fakes('11.8', {
      planUpgrade: () => ({ ...upgradePlan(), changes: [removal], steps: [] }),
    })
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    expect(calls).toContainEqual(
      expect.objectContaining({ verb: 'removeContainer', host: 'kolla2' }),
    )
    expect(order(calls)).not.toContain('pullImages')
  })
})

describe('the upgrade check of a service', () => {
  const checked = () => {
    const plan = upgradePlan()
    const keystone = { host: 'kolla1', container: 'keystone', kinds, check: true as const }
    return { ...plan, oneShots: { keystone } }
  }
  const warning = { severity: 'warning' as const, host: 'kolla1', message: 'of keystone-status' }

  it('comes before its schema is touched, and its warnings are told', async () => {
    const { activities, calls } = fakes('11.8', {
      planUpgrade: checked,
      checkUpgrade: () => [warning],
    })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', input),
    )
    const verbs = order(calls)
    expectOrder(verbs, 'checkUpgrade', 'migrateSchema')
    expect(warnings).toEqual([warning])
  })

  it('stops the upgrade with its own words, before that', async () => {
    let failures = 0
    const { activities, calls } = fakes('11.8', {
      planUpgrade: checked,
      checkUpgrade: () => {
        if (failures++ > 0) return []
        throw ApplicationFailure.nonRetryable('kolla1: error: no endpoint', 'BadInput')
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      const { what, step } = await until(handle, 'failure')
      expect(what).toBe('upgrade check of keystone failed: kolla1: error: no endpoint')
      expect(order(calls)).not.toContain('migrateSchema')
      await handle.executeUpdate('decide', { args: [{ step, decision: 'retry' }] })
      await handle.result()
    })
    expect(order(calls)).toContain('startContainers keystone')
  })
})
