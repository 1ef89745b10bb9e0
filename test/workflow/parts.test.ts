import { setTimeout as sleep } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PlannedUpgrade } from '../../activities/index.js'
import { StepFailed, connect, formatExplanation } from '../../src/client/index.js'
import type { KollaTemporal, OperationEvent } from '../../src/client/index.js'
import { operationInputs } from '../../src/model/inputs.js'
import type { Change } from '../../src/plan/change.js'
import { upgradeSteps } from '../../src/plan/upgrade-plan.js'
import { PART } from '../../workflows/operations.js'
import type { StepFailure, UpgradeInput } from '../../workflows/operations.js'
import { planned, startsOf } from '../support/fake-activities.js'
import {
  broken,
  fakes,
  hosts,
  order,
  rollbackPlan,
  until,
  upgradePlan,
} from '../support/fake-upgrade.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

let environment: WorkflowEnvironment
let client: KollaTemporal
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
  client = await connect({ address: environment.address })
})
afterAll(async () => {
  await client.close()
  await environment.stop()
})

const input: UpgradeInput = { cloud: 'demo', release: '2026.1' }

/** An upgrade of some containers of one service on some hosts. */
function upgradeOf(on: readonly string[], containersOf: Readonly<Record<string, string>>) {
  const changes = on.flatMap((host) =>
    Object.entries(containersOf).map(([service, container]): Change => {
      return { host, service, container, action: 'replace', interrupts: true, reasons: ['image'] }
    }),
  )
  const members = Object.fromEntries(Object.keys(containersOf).map((service) => [service, on]))
  const plan = planned(changes, { members, oneShots: {} })
  return { ...plan, steps: upgradeSteps(changes, members) }
}

function planOf(...of: Parameters<typeof upgradeOf>): PlannedUpgrade {
  return { ...upgradePlan(), ...upgradeOf(...of) }
}

const handleOf = (workflowId: string) => environment.client.workflow.getHandle(workflowId)

/** Verbs of a workflow's own steps, and the ids of what it has started. */
async function historyOf(handle: WorkflowHandle) {
  const { events = [] } = await handle.fetchHistory()
  const all = events ?? []
  return {
    length: all.length,
    verbs: all.flatMap((event) => {
      return event.activityTaskScheduledEventAttributes?.activityType?.name ?? []
    }),
    children: all.flatMap((event) => {
      const started = event.childWorkflowExecutionStartedEventAttributes
      return started?.workflowExecution?.workflowId ?? []
    }),
  }
}

const signal = () => {
  let give: () => void = () => undefined
  const given = new Promise<undefined>((resolve) => (give = () => resolve(undefined)))
  return { given, give: () => give() }
}

const types = (events: readonly OperationEvent[]) => events.map(({ type }) => type)

async function eventsOf(workflowId: string): Promise<OperationEvent[]> {
  const seen: OperationEvent[] = []
  for await (const event of client.get(workflowId).events()) seen.push(event)
  return seen
}

describe('the hosts of a part', () => {
  it('are replaced in a workflow of its own', async () => {
    const { activities } = fakes()
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input, 'own')
      await handle.result()
    })
    const own = await historyOf(handleOf('own'))
    expect(own.children).toEqual([
      'demo-lock',
      ...['cron', 'loadbalancer', 'memcached', 'mariadb', 'rabbitmq', 'keystone'].map(
        (part) => `own/${part}`,
      ),
    ])
    for (const verb of ['writeConfiguration', 'startContainers', 'replaceMariadb']) {
      expect(own.verbs.filter((other) => other === verb)).toHaveLength(
        // The schema's expansion is not the work of a host.
        verb === 'writeConfiguration' ? 1 : 0,
      )
    }
    const part = handleOf('own/keystone')
    expect((await historyOf(part)).verbs.filter((verb) => verb === 'startContainers')).toHaveLength(
      3,
    )
    const { type, parentExecution, status } = await part.describe()
    expect([type, parentExecution?.workflowId, status.name]).toEqual([PART, 'own', 'COMPLETED'])
    // It has a type that `history` does not list.
    expect(Object.keys(operationInputs)).not.toContain(type)
  })

  it('are fifty a workflow, in their order, whatever the number of batches', async () => {
    const many = Array.from(
      { length: 120 },
      (_, index) => `compute${String(index).padStart(3, '0')}`,
    )
    const { activities, calls } = fakes('11.8', {
      planUpgrade: () => planOf(many, { cron: 'cron' }),
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...input, batch: 10 }, 'many')
      await handle.result()
    })
    expect((await historyOf(handleOf('many'))).children).toEqual([
      'demo-lock',
      ...[1, 2, 3].map((number) => `many/cron/${number}`),
    ])
    const ofBatches = (all: readonly string[]) =>
      Array.from({ length: 12 }, (_, index) => all.slice(index * 10, index * 10 + 10).sort())
    expect(ofBatches(startsOf(calls, 'cron').map(({ host }) => host))).toEqual(ofBatches(many))
  })

  it('are five a workflow where machines are moved away, and no fewer elsewhere', async () => {
    const computes = Array.from({ length: 7 }, (_, index) => `compute${index}`)
    const carrier = 'openvswitch_vswitchd'
    const { activities } = fakes('11.8', {
      planUpgrade: () => ({
        ...planOf(computes, { cron: 'cron', openvswitch: carrier }),
        machines: { hosts: computes, carriers: [carrier] },
      }),
      listMachines: () => [],
    })
    await environment.withWorker(activities, async (runs) => {
      const moving = { ...input, batch: 2, evacuate: true }
      await (await runs.start('upgrade', moving, 'moving')).result()
    })
    const { children } = await historyOf(handleOf('moving'))
    expect(children.sort()).toEqual([
      'demo-lock',
      ...['cron', 'openvswitch/1', 'openvswitch/2'].map((name) => `moving/${name}`),
    ])
  })

  it('come across findings that are told with the result', async () => {
    const { activities } = fakes('11.8', {
      planUpgrade: () => planOf(hosts, { 'nova-cell': 'nova_compute' }),
      checkComputes: () => [],
      awaitMachines: (_ref: unknown, _seconds: number, host?: string) => {
        if (host === 'kolla2')
          throw ApplicationFailure.nonRetryable('HTTP status 503', 'StepFailed')
        return []
      },
    })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', input),
    )
    expect(warnings.map(({ host }) => host)).toEqual(['kolla2'])
    expect(warnings[0]?.message).toContain('nothing was waited for: HTTP status 503')
  })

  it('wait, and the operation says for what', async () => {
    const { given, give } = signal()
    const { activities } = fakes('11.8', {
      planUpgrade: () => planOf(hosts, { 'nova-cell': 'nova_compute' }),
      checkComputes: () => [],
      awaitMachines: (_ref: unknown, seconds: number, host?: string) => {
        if (host !== 'kolla2') return []
        return seconds === 0 ? ['vm-a (spawning)'] : given.then(() => [])
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input, 'waits')
      const details = async (of: WorkflowHandle) =>
        (await of.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails
      await expect.poll(() => details(handle), { timeout: 20_000 }).toContain('vm-a (spawning)')
      const part = await details(handleOf('waits/nova-cell'))
      expect(part).toContain('- ✅ nova-cell on kolla1')
      expect(part).toContain('- ⏳ nova-cell on kolla2')
      expect(part).toContain('vm-a (spawning)')
      give()
      await handle.result()
      expect(await details(handle)).not.toContain('vm-a')
    })
  })

  it('have nothing to start with but their operation', async () => {
    const { activities } = fakes()
    await environment.withWorker(activities, async (runs) => {
      const alone = await runs.start('replacePart' as never, {} as never)
      await expect(alone.result()).rejects.toMatchObject({ cause: { type: 'BadInput' } })
    })
  })
})

describe('a part whose step fails', () => {
  const failure: StepFailure = {
    ...{ host: 'kolla2', command: 'docker start keystone', exitCode: 137 },
    ...{ tail: ['out of memory'], advice: 'give kolla2 more memory' },
  }
  const startContainers = (_ref: unknown, host: string, names: readonly string[]) => {
    if (!names.includes('keystone') || host !== 'kolla2') return
    throw ApplicationFailure.create({
      ...{ message: 'kolla2: keystone exited', type: 'StepFailed', nonRetryable: true },
      details: [failure],
    })
  }

  it('fails the operation as a step of its own would', async () => {
    const { activities, calls } = fakes('11.8', { startContainers })
    await environment.withWorker(activities, async (runs) => {
      const { workflowId } = await runs.start('upgrade', { ...input, onFailure: 'stop' }, 'failed')
      const error: unknown = await client
        .get(workflowId)
        .result()
        .catch((it: unknown) => it)
      expect(error).toBeInstanceOf(StepFailed)
      expect(error).toMatchObject({ message: 'kolla2: keystone exited', failure })
    })
    expect(startsOf(calls, 'keystone').map(({ host }) => host)).toEqual(['kolla1', 'kolla2'])
    const explanation = await client.explain('failed')
    expect(explanation.failedStep?.step).toMatchObject({
      ...{ verb: 'startContainers', summary: 'kolla2 · keystone_ssh, keystone_fernet, keystone' },
      id: expect.stringMatching(/^failed\/keystone\/\d+$/) as string,
    })
    expect(explanation.otherFailures).toEqual([])
    const text = formatExplanation(explanation)
    for (const told of ['exit code: 137', 'out of memory', 'give kolla2 more memory']) {
      expect(text).toContain(told)
    }
  })

  it('is carried out again, or undone, as a person decides', async () => {
    const { state, startContainers: breaks } = broken('kolla2')
    const { activities, calls } = fakes('10.11', {
      startContainers: (ref: { found?: string }, host: string, names: readonly string[]) => {
        if (ref.found !== 'r') breaks(ref, host, names)
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input, 'decided')
      const answer = async (decision: string) => {
        const { step } = await until(handle, 'failure')
        await handle.executeUpdate('decide', { args: [{ step, decision }] })
        return step
      }
      expect(await answer('retry')).toBe('keystone on kolla2')
      await expect
        .poll(async () => (await until(handle, 'failure')).step, { timeout: 20_000 })
        .toBe('keystone on kolla2, attempt 2')
      expect(await answer('rollback')).toBe('keystone on kolla2, attempt 2')
      await expect(handle.result()).rejects.toMatchObject({
        cause: {
          type: 'RolledBack',
          message: expect.stringContaining('rolled back: kolla2: keystone exited') as string,
          cause: { activityType: 'startContainers', cause: { type: 'StepFailed' } },
        },
      })
    })
    expect(state.mended).toBe(false)
    const { children } = await historyOf(handleOf('decided'))
    expect(children).toEqual(expect.arrayContaining(['decided/keystone', 'decided/keystone-back']))
    // Galera's members go back within the operation: they may have to copy the data of others.
    expect(children).not.toContain('decided/mariadb-back')
    expect(order(calls)).toContain('replaceMariadb')
  })
})

describe('a part of an operation that is stopped', () => {
  it('is held by a pause before its next host, and goes on', async () => {
    const { given, give } = signal()
    const { activities, calls } = fakes('11.8', {
      startContainers: (_ref: unknown, host: string, names: readonly string[]) =>
        names.includes('keystone') && host === 'kolla1' ? given : undefined,
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      await expect.poll(() => startsOf(calls, 'keystone').length, { timeout: 20_000 }).toBe(1)
      await handle.executeUpdate('pause')
      expect(await handle.query('waiting')).toBeUndefined()
      await sleep(500)
      give()
      await until(handle, 'paused')
      expect(startsOf(calls, 'keystone')).toHaveLength(1)
      await handle.executeUpdate('resume')
      await handle.result()
    })
    expect(startsOf(calls, 'keystone').map(({ host }) => host)).toEqual(hosts)
  })

  it('is cancelled with it: what it took away is given back before the end', async () => {
    const { activities, calls } = fakes('11.8', {
      startContainers: async (_ref: unknown, host: string, names: readonly string[]) => {
        if (!names.includes('keystone') || host !== 'kolla1') return
        const beating = setInterval(() => Context.current().heartbeat(), 100)
        await Context.current().cancelled.finally(() => clearInterval(beating))
      },
      withdrawSuccessors: () => sleep(1000),
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input, 'cancelled')
      await expect.poll(() => startsOf(calls, 'keystone').length, { timeout: 20_000 }).toBe(1)
      await handle.cancel()
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } })
      const withdrawn = calls.filter(({ verb }) => verb === 'withdrawSuccessors')
      expect(withdrawn.map(({ host }) => host)).toEqual(['kolla1'])
      expect(withdrawn[0]?.endedAt).toBeLessThanOrEqual(Date.now())
    })
    expect((await handleOf('cancelled').describe()).status.name).toBe('CANCELLED')
    expect((await handleOf('cancelled/keystone').describe()).status.name).toBe('CANCELLED')
    expect((await eventsOf('cancelled')).at(-1)).toMatchObject({
      error: { name: 'OperationCancelled' },
    })
  })

  it('is cancelled while a person is asked about it', async () => {
    const { startContainers } = broken('kolla1')
    const { activities } = fakes('11.8', { startContainers })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input, 'asked')
      await until(handle, 'failure')
      const { currentDetails } = await handleOf('asked/keystone').query<{ currentDetails: string }>(
        '__temporal_workflow_metadata',
      )
      expect(currentDetails).toContain('keystone on kolla1 failed: kolla1: keystone exited')
      expect(currentDetails).toContain('It waits for an answer to asked')
      await handle.cancel()
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } })
    })
    expect((await handleOf('asked/keystone').describe()).status.name).toBe('CANCELLED')
  })

  it('ends with it by force', async () => {
    const { startContainers } = broken('kolla1')
    const { activities } = fakes('11.8', { startContainers })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input, 'forced')
      await until(handle, 'failure')
      await handle.terminate()
      const state = async () => (await handleOf('forced/keystone').describe()).status.name
      await expect.poll(state, { timeout: 20_000 }).toBe('TERMINATED')
    })
  })
})

describe('a part that is ended by hand', () => {
  it.each([
    ['cancelled', (part: WorkflowHandle) => part.cancel()],
    ['terminated', (part: WorkflowHandle) => part.terminate('by hand')],
  ] as const)('ends its operation, whose cloud is free: %s', async (how, end) => {
    const { startContainers } = broken('kolla1')
    const { activities } = fakes('11.8', { startContainers })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input, `part-${how}`)
      await until(handle, 'failure')
      await end(handleOf(`part-${how}/keystone`))
      await expect(client.get(handle.workflowId).result()).rejects.toThrow(`was ${how}`)
      expect((await handle.describe()).status.name).toBe('FAILED')
      expect((await handleOf('demo-lock').describe()).status.name).toBe('COMPLETED')
    })
  })
})

describe('who follows an operation', () => {
  it('is told the steps of its parts, live and afterwards, in their order', async () => {
    let failures = 0
    const { activities } = fakes('11.8', {
      startContainers: async (_ref: unknown, host: string, names: readonly string[]) => {
        if (!names.includes('keystone') || host !== 'kolla2') return
        if (failures++ === 0) throw ApplicationFailure.create({ message: 'kolla2: no route' })
        Context.current().heartbeat({ text: 'waits for an answer' })
        await sleep(3000)
      },
    })
    const live = await environment.withWorker(activities, async (runs) => {
      await runs.start('upgrade', input, 'followed')
      return eventsOf('followed')
    })
    expect(types(live).filter((type) => type.startsWith('operation'))).toEqual([
      'operationStarted',
      'operationCompleted',
    ])
    expect(live.at(-1)?.type).toBe('operationCompleted')
    const kolla2 = { summary: expect.stringContaining('kolla2') as string }
    for (const told of [
      { type: 'stepRetrying', step: kolla2, attempt: 2, message: 'kolla2: no route' },
      { type: 'stepProgress', step: kolla2, text: 'waits for an answer' },
    ]) {
      expect(live).toContainEqual(
        expect.objectContaining({ ...told, step: expect.objectContaining(kolla2) as object }),
      )
    }
    const steps = (events: readonly OperationEvent[]) =>
      events.flatMap((event) =>
        event.type === 'stepCompleted' ? [`${event.step.verb} ${event.step.summary}`] : [],
      )
    const later = await eventsOf('followed')
    expect(steps(later)).toEqual(steps(live))
    const order = ['replaceMariadb kolla3', 'replaceRabbitmq kolla1', 'awaitHealth kolla1']
    const found = order.map((step) => steps(later).indexOf(step))
    expect(found).toEqual([...found].sort((a, b) => a - b))
    expect(found).not.toContain(-1)
    const ids = later.flatMap((event) => (event.type === 'stepScheduled' ? [event.step.id] : []))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('sees what a part is doing now', async () => {
    const { given, give } = signal()
    const { activities, calls } = fakes('11.8', {
      replaceRabbitmq: (_ref: unknown, host: string) => (host === 'kolla2' ? given : undefined),
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input, 'running')
      await expect
        .poll(() => calls.filter(({ verb }) => verb === 'replaceRabbitmq').length, {
          timeout: 20_000,
        })
        .toBe(2)
      const { running } = await client.explain('running')
      expect(running).toEqual([
        expect.objectContaining({ verb: 'replaceRabbitmq', summary: 'kolla2' }),
      ])
      give()
      await handle.result()
    })
  })
})

describe('a rollback of Nova', () => {
  it('takes compute hosts back once, before the first API, and again where that failed', async () => {
    let failures = 0
    const { activities, calls } = fakes('10.11', {
      planRollback: () => ({
        ...rollbackPlan(),
        ...upgradeOf(hosts, { nova: 'nova_api', 'nova-cell': 'nova_compute' }),
      }),
      awaitMachines: () => [],
      startAlone: () => {
        if (failures++ === 1) throw ApplicationFailure.nonRetryable('it exited', 'StepFailed')
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('rollback', { cloud: 'demo' }, 'nova')
      const { step } = await until(handle, 'failure')
      expect(step).toBe('nova on kolla1')
      await handle.executeUpdate('decide', { args: [{ step, decision: 'skip' }] })
      await handle.result()
    })
    const back = calls.filter(({ verb }) => verb === 'startAlone').map(({ host }) => host)
    // kolla2's fails and kolla1's API is left out; the next one takes all of them back.
    expect(back).toEqual(['kolla1', 'kolla2', ...hosts])
    expect((await historyOf(handleOf('nova'))).children).toEqual([
      ...['demo-lock', 'nova/nova-back', 'nova/nova-cell-back'],
    ])
  })
})
