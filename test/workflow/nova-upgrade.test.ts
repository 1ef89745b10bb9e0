import { setTimeout as sleep } from 'node:timers/promises'
import { ApplicationFailure } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PlannedRollback, PlannedUpgrade } from '../../activities/index.js'
import type { Change } from '../../src/plan/change.js'
import { upgradeSteps } from '../../src/plan/upgrade-plan.js'
import type { OperationResult, UpgradeInput } from '../../workflows/operations.js'
import { expectOrder, planned } from '../support/fake-activities.js'
import type { Call } from '../support/fake-activities.js'
import { fakes, hosts, order, record, rollbackPlan, until } from '../support/fake-upgrade.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

const input: UpgradeInput = { cloud: 'demo', release: '2026.1' }
const containers = {
  openvswitch: ['openvswitch_vswitchd'],
  nova: ['nova_api'],
  'nova-cell': ['nova_conductor', 'nova_libvirt', 'nova_compute'],
  horizon: ['horizon'],
}
const changes = hosts.flatMap((host) =>
  Object.entries(containers).flatMap(([service, names]) =>
    names.map((container): Change => {
      return { host, service, container, action: 'replace', interrupts: true, reasons: ['image'] }
    }),
  ),
)
const more = {
  members: Object.fromEntries(Object.keys(containers).map((service) => [service, hosts])),
  oneShots: {},
  // The first host is a controller alone.
  machines: {
    hosts: ['kolla2', 'kolla3'],
    carriers: ['openvswitch_vswitchd', 'nova_libvirt', 'nova_compute'],
  },
}

function novaUpgrade(): PlannedUpgrade {
  const plan = planned(changes, more)
  const steps = upgradeSteps(plan.changes, plan.members)
  const current = { cloud: 'demo', files: 'old', found: 'old' }
  return {
    ...{ ...plan, from: '2025.2', to: '2026.1', current, steps },
    ...{ noReturn: [], times: {}, timesBack: {}, digest: 'd1' },
  }
}

function novaRollback(): PlannedRollback {
  const plan = planned(changes, more)
  return { ...rollbackPlan(), ...plan, steps: upgradeSteps(plan.changes, plan.members).reverse() }
}

/** Activities of a cloud with Nova, where nothing is done with machines. */
const novaFakes = (fake: Parameters<typeof fakes>[1] = {}) =>
  fakes('10.11', {
    planUpgrade: novaUpgrade,
    planRollback: novaRollback,
    checkComputes: () => [],
    awaitMachines: () => [],
    disableCompute: (_ref: unknown, host: string) => `${host}.nova`,
    listMachines: () => [],
    ...fake,
  })

/** What was done, as `startAlone kolla2`, without the verbs of an upgrade that are not about machines. */
const told = (calls: readonly Call[], verbs: readonly Call['verb'][]) =>
  calls.filter(({ verb }) => verbs.includes(verb)).map(({ verb, host }) => `${verb} ${host}`.trim())

/** Calls that start or replace a container. */
const starts = (calls: readonly Call[], container: string) =>
  calls.filter(({ verb, args }) => {
    return verb.startsWith('start') && [args[2], args[3]].flat().includes(container)
  })

describe('an upgrade of Nova waits until nothing is done with machines', () => {
  it('looks before the API, before the conductors, and on each host that it replaces', async () => {
    const { activities, calls } = novaFakes()
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    const looks = calls.filter(({ verb }) => verb === 'awaitMachines')
    // At the end nova_compute is restarted where machines are.
    const wanted = [undefined, undefined, ...hosts, 'kolla2', 'kolla3']
    expect(looks.map(({ args }) => args[2])).toEqual(wanted)
    expect(looks.every(({ args }) => args[1] === 0)).toBe(true)
    const [all, cell, ...each] = looks
    expect(starts(calls, 'nova_api')[0]?.startedAt).toBeGreaterThanOrEqual(all?.endedAt ?? Infinity)
    expect(starts(calls, 'nova_conductor')[0]?.startedAt).toBeGreaterThanOrEqual(
      cell?.endedAt ?? Infinity,
    )
    for (const [index, host] of hosts.entries()) {
      const libvirt = starts(calls, 'nova_libvirt').find((call) => call.host === host)
      expect(libvirt?.startedAt).toBeGreaterThanOrEqual(each[index]?.endedAt ?? Infinity)
    }
  })

  it('says for which, and goes on when they are done', async () => {
    const busy = ['vm-a (spawning on kolla2, a)']
    let free: (value: string[]) => void = () => undefined
    const done = new Promise<string[]>((resolve) => (free = resolve))
    const { activities, calls } = novaFakes({
      awaitMachines: (_ref: unknown, seconds: number) => (seconds === 0 ? busy : done),
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      const details = async () =>
        String(await handle.query('__temporal_workflow_metadata').then(currentDetails))
      await expect.poll(details, { timeout: 20_000 }).toContain(`machines: ${busy[0] ?? ''}`)
      expect(starts(calls, 'nova_api')).toEqual([])
      free([])
      await handle.result()
      expect(await details()).not.toContain('vm-a')
    })
    expect(order(calls)).toContain('startAlone')
  })

  it('asks a person after half an hour; leaving Nova out leaves its computes out, too', async () => {
    const { activities, calls } = novaFakes({ awaitMachines: () => ['vm-a (deleting, a)'] })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      const { step, what } = await until(handle, 'failure')
      expect(step).toBe('machines at rest before nova')
      expect(what).toContain('after 30 minutes something is still being done with machines: vm-a')
      expect(calls.filter(({ verb }) => verb === 'awaitMachines')).toHaveLength(31)
      await handle.executeUpdate('decide', { args: [{ step, decision: 'skip' }] })
      await handle.result()
    })
    expect(starts(calls, 'nova_api')).toEqual([])
    expect(starts(calls, 'nova_compute')).toEqual([])
    expect(starts(calls, 'horizon')).not.toEqual([])
  })

  it('waits on a busy cloud for what was begun by then, and for nothing that users begin later', async () => {
    const asked: (readonly string[] | undefined)[] = []
    const known = ['6', '7']
    const { activities } = novaFakes({
      awaitMachines: (_ref: unknown, _seconds: number, host?: string | null, among?: string[]) => {
        if (host) return []
        asked.push(among)
        return asked.length < 8 ? [`vm-${asked.length} (spawning, ${asked.length})`] : []
      },
      listBusyMachines: () => known,
    })
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    expect(asked.slice(0, 8).map((among) => among ?? undefined)).toEqual([
      ...Array<undefined>(6).fill(undefined),
      known,
      known,
    ])
  })

  it('goes on where Nova does not answer, and says so', async () => {
    const { activities, calls } = novaFakes({
      awaitMachines: () => {
        throw ApplicationFailure.nonRetryable('HTTP status 503', 'StepFailed')
      },
    })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', input),
    )
    expect(starts(calls, 'nova_compute')).not.toEqual([])
    expect(warnings[0]?.message).toContain('nothing was waited for: HTTP status 503')
  })

  it('waits a shorter while on the way back', async () => {
    const { activities, calls } = novaFakes({ awaitMachines: () => ['vm-a (deleting, a)'] })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('rollback', { cloud: 'demo' })
      const { step, what } = await until(handle, 'failure')
      expect(step).toBe('machines at rest before nova-cell')
      expect(what).toContain('after 5 minutes')
      expect(starts(calls, 'nova_compute')).toEqual([])
      await handle.executeUpdate('decide', { args: [{ step, decision: 'abort' }] })
      await expect(handle.result()).rejects.toThrow()
    })
  })
})

describe('a compute that is down', () => {
  const silent = { severity: 'error' as const, host: 'kolla3', message: 'nova-compute is down' }

  it('is refused before anything is done', async () => {
    const { activities, calls } = novaFakes({ checkComputes: () => [silent] })
    const failed = environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    await expect(failed).rejects.toMatchObject({
      cause: { type: 'BadInput', message: 'kolla3: error: nova-compute is down' },
    })
    expect(order(calls)).not.toContain('pullImages')
  })

  it('is no hindrance for an upgrade that may be about to mend it', async () => {
    const { activities, calls } = novaFakes({
      planUpgrade: () => ({ ...novaUpgrade(), record }),
      checkComputes: () => [silent],
    })
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    expect(order(calls)).not.toContain('checkComputes')
  })
})

describe('an upgrade that evacuates', () => {
  const evacuate = { ...input, evacuate: true }
  const verbs = ['disableCompute', 'migrateMachine', 'openCompute', 'startAlone'] as const
  const machines = [
    { id: 'a', name: 'vm-a' },
    { id: 'off', name: 'vm-off', isOff: true },
  ]

  /** A host has them until they are moved, and again the next time that it is emptied. */
  function moving() {
    const moved = new Set<string>()
    return {
      listMachines: (_ref: unknown, host: string) =>
        machines.filter(({ id }) => !moved.delete(`${host} ${id}`)),
      migrateMachine: (_ref: unknown, host: string, id: string) => void moved.add(`${host} ${id}`),
    }
  }

  it('moves what runs away before a host is replaced, and lets machines come again after it', async () => {
    const { activities, calls } = novaFakes(moving())
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', evacuate),
    )
    expect(warnings).toEqual([])
    const cell = calls.slice(calls.findIndex(({ verb }) => verb === 'startAlone'))
    const own = cell.filter(({ verb, args }) => verb !== 'startAlone' || args[2] === 'nova_libvirt')
    expect(told(own, verbs)).toEqual([
      'startAlone kolla1',
      ...['kolla2', 'kolla3'].flatMap((host) => [
        `disableCompute ${host}`,
        `migrateMachine ${host}.nova`,
        `startAlone ${host}`,
        `openCompute ${host}`,
      ]),
    ])
    const moved = calls.filter(({ verb }) => verb === 'migrateMachine')
    // For the switches, too.
    expect(moved.map(({ args }) => args[2])).toEqual(['a', 'a', 'a', 'a'])
  })

  it('moves what has come or was started meanwhile, too, and names what still comes', async () => {
    const late = { id: 'late', name: 'vm-late' }
    const lists = new Map<string, object[][]>()
    const { activities, calls } = novaFakes({
      listMachines: (_ref: unknown, host: string) => {
        const left = lists.get(host) ?? [machines, [late], []]
        lists.set(host, left)
        return left.length > 1 ? left.shift() : left[0]
      },
      awaitArrivals: (_ref: unknown, _seconds: number, host: string) =>
        host === 'kolla3.nova' ? ['vm-x (migrating on kolla2, x)'] : [],
    })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', evacuate),
    )
    const moved = calls.filter(({ verb }) => verb === 'migrateMachine')
    expect(moved.map(({ args }) => args[2])).toEqual(['a', 'late', 'a', 'late'])
    expect(warnings.map(({ message }) => message)).toContain(
      'the machine vm-x (migrating on kolla2, x) was on its way here while nova-cell was replaced',
    )
  })

  it('leaves a host for the machines of others, however many it may take at once', async () => {
    const { activities, calls } = novaFakes(moving())
    await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', { ...evacuate, batch: '100%' }),
    )
    const closed = told(calls, ['disableCompute', 'openCompute'])
    const each = ['kolla2', 'kolla3'].flatMap((it) => [`disableCompute ${it}`, `openCompute ${it}`])
    expect(closed).toEqual([...each, ...each])
  })

  it('moves no other machine once one could not be asked for', async () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, name: `vm-${id}` }))
    const { activities, calls } = novaFakes({
      listMachines: () => many,
      // The other lane is still at its first when this one fails.
      migrateMachine: async (_ref: unknown, _host: string, id: string) => {
        if (id === 'a') throw ApplicationFailure.nonRetryable('no answer', 'StepFailed')
        await sleep(1000)
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', { ...evacuate, onFailure: 'stop' })
      await expect(handle.result()).rejects.toThrow()
    })
    const tried = calls.filter(({ verb }) => verb === 'migrateMachine').map(({ args }) => args[2])
    expect(tried.sort()).toEqual(['a', 'b'])
  })

  it('gives back first what an ended run has left disabled', async () => {
    const left: Change = {
      ...{ host: 'kolla3', service: 'nova-cell', container: 'nova_compute', action: 'giveBack' },
      ...{ interrupts: false, reasons: ['it was drained'] },
    }
    const { activities, calls } = novaFakes({
      ...moving(),
      planUpgrade: () => ({ ...novaUpgrade(), changes: [left, ...changes] }),
    })
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', evacuate))
    expectOrder(
      calls.map(({ verb }) => verb),
      'giveBack',
      'disableCompute',
    )
  })

  it('moves none unless it is told to', async () => {
    const { activities, calls } = novaFakes({ listMachines: () => machines })
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    expect(order(calls)).not.toContain('disableCompute')
  })

  it('names what stays, and goes on', async () => {
    const { activities, calls } = novaFakes({
      ...moving(),
      disableCompute: (_ref: unknown, host: string) => {
        if (host === 'kolla2') return host
        throw ApplicationFailure.nonRetryable('its nova-compute is down', 'BadInput')
      },
      migrateMachine: () => 'it is locked',
    })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', evacuate),
    )
    expect(warnings.map(({ host, message }) => `${host ?? ''}: ${message}`)).toEqual(
      ['openvswitch', 'nova-cell'].flatMap((part) => [
        `kolla2: the machine vm-a (a) stayed (it is locked) while ${part} was replaced`,
        `kolla3: no machine was moved away (its nova-compute is down) while ${part} was replaced`,
      ]),
    )
    expect(starts(calls, 'nova_compute')).not.toEqual([])
  })

  it('keeps a host closed while a person decides about it, and opens it whatever is decided', async () => {
    const { activities, calls } = novaFakes({
      setUpBridges: (_ref: unknown, host: string) => {
        if (host === 'kolla2') throw ApplicationFailure.nonRetryable('no bridge', 'StepFailed')
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', evacuate)
      const { step } = await until(handle, 'failure')
      expect(order(calls)).toContain('disableCompute')
      expect(order(calls)).not.toContain('reenableCompute')
      await handle.executeUpdate('decide', { args: [{ step, decision: 'abort' }] })
      await expect(handle.result()).rejects.toThrow()
    })
    expect(told(calls, ['reenableCompute'])).toEqual(['reenableCompute kolla2'])
  })

  it('names what stayed during a try that failed, whatever the next one finds', async () => {
    let tries = 0
    const { activities } = novaFakes({
      listMachines: () => machines,
      migrateMachine: () => 'it is locked',
      disableCompute: (_ref: unknown, host: string) => {
        if (host !== 'kolla2' || tries === 0) return host
        throw ApplicationFailure.nonRetryable('its nova-compute is down', 'BadInput')
      },
      setUpBridges: (_ref: unknown, host: string) => {
        if (host !== 'kolla2' || tries++ > 0) return
        throw ApplicationFailure.nonRetryable('no bridge', 'StepFailed')
      },
    })
    const { warnings } = await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', evacuate)
      const { step } = await until(handle, 'failure')
      await handle.executeUpdate('decide', { args: [{ step, decision: 'retry' }] })
      return (await handle.result()) as OperationResult
    })
    const ofSwitches = warnings.filter(
      ({ host, message }) => host === 'kolla2' && message.includes('while openvswitch'),
    )
    expect(ofSwitches.map(({ message }) => message)).toEqual([
      'the machine vm-a (a) stayed (it is locked) while openvswitch was replaced',
      'no machine was moved away (its nova-compute is down) while openvswitch was replaced',
    ])
  })

  it('has succeeded also where a host can not be opened again, and says how', async () => {
    const { activities } = novaFakes({
      openCompute: () => {
        throw ApplicationFailure.nonRetryable('HTTP status 503', 'StepFailed')
      },
    })
    const { warnings } = await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', evacuate),
    )
    expect(warnings[0]?.message).toBe(
      'it still starts no machines (HTTP status 503): `kolla-temporal enable-compute kolla2` puts it back in use, and so does the next deploy',
    )
  })
})

it('an upgrade that goes back by itself asks before an older libvirt loses sight of machines', async () => {
  let isBroken = true
  const { activities, calls } = novaFakes({
    startAlone: (_ref: unknown, host: string, name: string) => {
      if (!isBroken || host !== 'kolla3' || name !== 'nova_libvirt') return
      throw ApplicationFailure.nonRetryable('libvirt exited', 'StepFailed')
    },
    listStartedMachines: () => ({
      ...{ machines: [{ host: 'kolla2', id: 'm1' }], more: 0, silent: [] },
    }),
  })
  await environment.withWorker(activities, async (runs) => {
    const handle = await runs.start('upgrade', { ...input, onFailure: 'rollback' })
    const { what, plan } = await until(handle, 'approval')
    expect(what).toContain('m1 on kolla2')
    const before = told(calls, ['startAlone'])
    expect(before.at(-1)).toBe('startAlone kolla3')
    isBroken = false
    await handle.executeUpdate('approve', { args: [{ plan }] })
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RolledBack' } })
    expect(told(calls, ['startAlone']).length).toBeGreaterThan(before.length)
  })
})

function currentDetails(metadata: unknown): unknown {
  return (metadata as { currentDetails?: string }).currentDetails
}
