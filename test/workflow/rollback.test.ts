import { ApplicationFailure } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COPY_TIMEOUT } from '../../activities/mariadb.js'
import type { OperationResult, UpgradeInput } from '../../workflows/operations.js'
import type { Finding } from '../../src/model/finding.js'
import { upgradeSteps } from '../../src/plan/upgrade-plan.js'
import { changesOf, expectOrder, planned, spanOf, startsOf } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'
import {
  backup,
  broken,
  fakes,
  gone,
  hosts,
  order,
  record,
  rollbackPlan,
  until,
} from '../support/fake-upgrade.js'

let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

const input: UpgradeInput = { cloud: 'demo', release: '2026.1' }

describe('rollback', () => {
  it('starts the previous containers alone where no data have to change', async () => {
    const { activities, calls } = fakes('10.11')
    await environment.withWorker(activities, (runs) => runs.execute('rollback', { cloud: 'demo' }))
    const verbs = order(calls)
    expect(verbs).not.toContain('restoreMariadb')
    expect(verbs).not.toContain('rejoinMariadb')
    const replaced = calls.filter(({ verb }) => verb === 'replaceMariadb')
    expect(spanOf(startsOf(calls, 'keystone')).end).toBeLessThanOrEqual(spanOf(replaced).begin)
    for (const { startToClose } of replaced) expect(startToClose).toBeGreaterThan(COPY_TIMEOUT)
  })

  it('says whom it leaves out', async () => {
    const opened = { ref: { cloud: 'demo', files: 'old', found: 'record' }, record }
    const { activities } = fakes('10.11', { openRecord: () => ({ ...opened, gone: ['kolla9'] }) })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('rollback', { cloud: 'demo', dryRun: true }),
    )
    expect(warnings.map(({ message }) => message)).toEqual([
      "kolla9 was of the record's cloud and is not in the inventory any more: it is left out",
    ])
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
    const rejoined = calls.filter((call) => call.verb === 'rejoinMariadb')
    expect(rejoined).toMatchObject([{ host: 'kolla1' }])
    expect(rejoined[0]?.startToClose).toBeGreaterThan(COPY_TIMEOUT)
  })

  it('waits for a person where it fails itself: there is no way back from a way back', async () => {
    const { state, startContainers } = broken('kolla1')
    const { activities } = fakes('10.11', { startContainers })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, onFailure: 'rollback' })
      await until(handle, 'failure')
      await expect(
        handle.executeUpdate('decide', {
          args: [{ step: 'keystone on kolla1', decision: 'rollback' }],
        }),
      ).rejects.toThrow()
      state.mended = true
      const step = 'keystone on kolla1'
      await handle.executeUpdate('decide', { args: [{ step, decision: 'retry' }] })
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RolledBack' } })
    })
  })

  it('says what was left undone where a step of it is skipped', async () => {
    const { startContainers } = broken('kolla2')
    const { activities } = fakes('10.11', { startContainers })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('rollback', { cloud: 'demo' })
      const { step } = await until(handle, 'failure')
      await handle.executeUpdate('decide', { args: [{ step, decision: 'skip' }] })
      const { summary } = (await handle.result()) as OperationResult
      expect(summary).toContain('Left undone: keystone on kolla2; roll back again to finish.')
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
    expectOrder(verbs, 'removeContainer', 'startContainers keystone')
  })

  it('is asked about before data are lost for it, where a person chose it in an upgrade', async () => {
    const { startContainers } = broken('kolla1')
    let undone = false
    const digests = ['r1', 'r2', 'r2']
    const { activities, calls } = fakes('11.8', {
      planRollback: () => rollbackPlan(digests.shift()),
      startContainers: (ref: { found?: string }, host: string, names: readonly string[]) => {
        undone = ref.found === 'r'
        if (!undone) startContainers(ref, host, names)
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      await until(handle, 'failure')
      const step = 'keystone on kolla1'
      await handle.executeUpdate('decide', { args: [{ step, decision: 'rollback' }] })
      const waiting = await until(handle, 'approval')
      expect(waiting.what).toContain('what was written since is lost')
      for (const late of [{}, { plan: 'd1' }]) {
        await expect(handle.executeUpdate('approve', { args: [late] })).rejects.toThrow()
      }
      await handle.executeUpdate('approve', { args: [{ plan: 'r1' }] })
      await expect.poll(async () => (await until(handle, 'approval')).plan).toBe('r2')
      expect(order(calls)).not.toContain('restoreMariadb')
      await handle.executeUpdate('approve', { args: [{ plan: 'r2' }] })
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RolledBack' } })
    })
    expect(undone).toBe(true)
  })

  it('has a member that could not copy the data try again, and leaves alone what serves by then', async () => {
    let mended = false
    const { activities, calls } = fakes('11.8', {
      startMariadb: (_ref: unknown, host: string) => {
        if (host === 'kolla3' && !mended)
          throw ApplicationFailure.nonRetryable('kolla3: its disk is full', 'StepFailed')
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('rollback', { cloud: 'demo', confirm: true })
      expect((await until(handle, 'failure')).what).toContain('mariadb on kolla3 failed')
      mended = true
      const step = 'mariadb on kolla3'
      await handle.executeUpdate('decide', { args: [{ step, decision: 'retry' }] })
      await handle.result()
    })
    const of = (verb: string) => calls.filter((call) => call.verb === verb).map(({ host }) => host)
    expect(of('startMariadb').sort()).toEqual(['kolla2', 'kolla3', 'kolla3'])
    expect(of('stopMariadb').sort()).toEqual(hosts)
    expect(of('restoreMariadb')).toEqual(['kolla1'])
    expect(of('startService').sort()).toEqual(hosts)
  })

  const orphan: Finding = { severity: 'warning', host: 'kolla2', message: 'Nova does not know it' }

  it('lists what the restored database does not know, once everything is back, and removes nothing', async () => {
    const { activities, calls } = fakes('11.8', { listOrphans: () => [orphan] })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('rollback', { cloud: 'demo', confirm: true }),
    )
    expect(warnings).toEqual([orphan])
    const verbs = order(calls)
    expectOrder(verbs, 'issueToken', 'listOrphans')
    expect(verbs).not.toContain('removeContainer')
  })

  it('lists it where an earlier rollback was ended after it had put the data back', async () => {
    const { activities } = fakes('10.11', { listOrphans: () => [orphan] }, backup.id)
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('rollback', { cloud: 'demo' }),
    )
    expect(warnings).toEqual([orphan])
  })

  it('has nothing to list where no data were put back', async () => {
    const { activities, calls } = fakes('10.11', { listOrphans: () => [orphan] })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('rollback', { cloud: 'demo' }),
    )
    expect(warnings).toEqual([])
    expect(order(calls)).not.toContain('listOrphans')
  })

  it('succeeds where that can not be listed, and says so', async () => {
    const { activities } = fakes('11.8', {
      listOrphans: () => {
        throw ApplicationFailure.nonRetryable('kolla3: it prints no JSON', 'StepFailed')
      },
    })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('rollback', { cloud: 'demo', confirm: true }),
    )
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('is not listed: kolla3: it prints no JSON') as string,
    ])
  })

  it('lists it in the failure of an upgrade that undid itself', async () => {
    const { startContainers } = broken('kolla1')
    let undone = false
    const { activities } = fakes('11.8', {
      listOrphans: () => [orphan],
      startContainers: (ref: { found?: string }, host: string, names: readonly string[]) => {
        undone = ref.found === 'r'
        if (!undone) startContainers(ref, host, names)
      },
      planRollback: () => rollbackPlan(),
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, onFailure: 'rollback' })
      await expect(handle.result()).rejects.toMatchObject({
        cause: {
          type: 'RolledBack',
          message: expect.stringContaining('kolla2: warning: Nova does not know it') as string,
        },
      })
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

  it('names machines that began on the libvirt that goes away', async () => {
    const id = '6b1f8f9e-8a0b-4a06-9a53-5b0c6f7f2a11'
    const { activities, calls } = fakes('10.11', {
      planRollback: () => {
        const change = {
          service: 'nova-cell',
          container: 'nova_libvirt',
          action: 'replace',
        } as const
        const libvirt = { ...change, host: 'kolla2', interrupts: true, reasons: [] }
        return { ...rollbackPlan(), changes: [...rollbackPlan().changes, libvirt] }
      },
      listStartedMachines: () => {
        return { machines: [{ host: 'kolla2', id }], more: 0, silent: [] }
      },
    })
    const { summary } = await environment.withWorker(activities, (runs) =>
      runs.execute('rollback', { cloud: 'demo', dryRun: true }),
    )
    expect(summary).toMatch(
      /What cannot go back:[^]*6b1f8f9e-8a0b-4a06-9a53-5b0c6f7f2a11 on kolla2/,
    )
    const asked = calls.find(({ verb }) => verb === 'listStartedMachines')
    expect(asked?.args.slice(1)).toEqual([['kolla2'], record.at])
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
