import { ApplicationFailure } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Activities } from '../../activities/index.js'
import type { Change } from '../../src/plan/change.js'
import { fakeActivities, planned, spanOf } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

const cloud = 'demo'
const hosts = ['kolla1', 'kolla2', 'kolla3']
let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

const members = Object.fromEntries(
  ['ceph-mon', 'ceph-mgr', 'ceph-osd', 'ceph-rgw'].map((service) => [service, hosts]),
)

function change(
  host: string,
  service: string,
  container: string,
  action: Change['action'],
  interrupts = false,
): Change {
  return { host, service, container, action, interrupts, reasons: [] }
}

const onAll = (service: string, container: string, action: Change['action'], interrupts = false) =>
  hosts.map((host) => change(host, service, container, action, interrupts))

async function deploy(changes: readonly Change[], more = {}) {
  const plan = planned(changes, { members, ...more })
  const { activities, calls } = fakeActivities({
    planCloud: () => plan,
    checkStorageNetwork: () => [],
    verifyCeph: () => [{ severity: 'warning', message: 'Ceph: 1 osds down (OSD_DOWN)' }],
  })
  const result = await environment.withWorker(activities, (runs) =>
    runs.execute('deploy', { cloud }),
  )
  const of = (verb: keyof Activities) => calls.filter((call) => call.verb === verb)
  return { result, of }
}

describe('Ceph', () => {
  it('begins from blank disks in the order of its dependencies', async () => {
    const { of } = await deploy(
      [
        ...onAll('ceph-mon', 'ceph_mon', 'create'),
        ...onAll('ceph-mgr', 'ceph_mgr', 'create'),
        ...onAll('ceph-osd', '/dev/sdb', 'label'),
        ...onAll('ceph-osd', '/dev/sdb', 'bootstrap'),
        ...onAll('ceph-rgw', 'ceph_rgw', 'create'),
      ],
      { monitors: { make: hosts, halfMade: ['kolla2'] } },
    )
    const order: (keyof Activities)[] = [
      'checkStorageNetwork',
      'labelDisks',
      'shareCephKeys',
      'makeCephMon',
      'startCephMon',
      'awaitCephQuorum',
      'bootstrapOsds',
      'createCephPools',
      'registerCephRgw',
      'startCephRgw',
      'verifyCeph',
    ]
    for (const [index, verb] of order.slice(1).entries()) {
      const before = order[index] ?? verb
      expect(spanOf(of(verb)).begin, `${before}, then ${verb}`).toBeGreaterThanOrEqual(
        spanOf(of(before)).end,
      )
    }
    expect(of('makeCephMon').map(({ host }) => host)).toEqual(hosts)
    expect(of('awaitMonOkToStop')).toEqual([])
    expect(of('startOsd')).toEqual([])
  })

  it('writes no configuration of a disk', async () => {
    const { of } = await deploy([change('kolla2', 'ceph-osd', '/dev/sdc', 'bootstrap')])
    expect(of('shareCephKeys').length + of('startCephMon').length).toBe(0)
    expect(of('bootstrapOsds').map(({ host }) => host)).toEqual(['kolla2'])
  })

  it('starts the monitor that knows the cluster before those that are new', async () => {
    const { of } = await deploy(
      [
        change('kolla1', 'ceph-mon', 'ceph_mon', 'restart'),
        change('kolla2', 'ceph-mon', 'ceph_mon', 'create'),
        change('kolla3', 'ceph-mon', 'ceph_mon', 'create'),
      ],
      { monitors: { make: ['kolla2', 'kolla3'], halfMade: [], joined: ['kolla1'] } },
    )
    const [elder, ...newcomers] = of('startCephMon')
    const [quorum] = of('awaitElderMonitors')
    expect(elder?.host).toBe('kolla1')
    expect(quorum).toMatchObject({ host: 'kolla1' })
    expect(quorum?.startedAt).toBeGreaterThanOrEqual(elder?.endedAt ?? Infinity)
    expect(newcomers.map(({ host }) => host).sort()).toEqual(['kolla2', 'kolla3'])
    expect(spanOf(of('makeCephMon')).begin).toBeGreaterThanOrEqual(quorum?.endedAt ?? Infinity)
  })

  it('makes pools that a deploy that died has not come to, and nothing else', async () => {
    const { of } = await deploy([change('kolla1', 'ceph-mon', 'pools', 'bootstrap')])
    expect(of('createCephPools').map(({ host }) => host)).toEqual(['kolla1'])
    expect(of('awaitCephQuorum').length + of('startCephMon').length).toBe(0)
  })

  it('restarts monitors, then OSDs, one at a time', async () => {
    const { of } = await deploy([
      ...onAll('ceph-mon', 'ceph_mon', 'restart', true),
      ...onAll('ceph-osd', 'ceph_osd_0', 'restart', true),
    ])
    expect(of('makeCephMon')).toEqual([])
    for (const calls of [of('startCephMon'), of('startOsd')]) {
      expect(calls.map(({ host }) => host)).toEqual(hosts)
      for (const [index, call] of calls.slice(1).entries()) {
        expect(call.startedAt).toBeGreaterThanOrEqual(calls[index]?.endedAt ?? Infinity)
      }
    }
    expect(of('awaitMonOkToStop')).toHaveLength(3)
    expect(spanOf(of('startOsd')).begin).toBeGreaterThanOrEqual(spanOf(of('startCephMon')).end)
  })

  describe('an OSD that is to go', () => {
    const osd = { id: 3, uuid: 'u3', host: 'kolla2', in: true }
    const failed = () => {
      throw ApplicationFailure.nonRetryable('kolla1: osd.3 is not drained', 'StepFailed')
    }
    const remove = (fakes: Parameters<typeof fakeActivities>[0]) =>
      fakeActivities({ planCloud: () => planned([], { members }), inspectOsd: () => osd, ...fakes })

    it('is not taken in again once it is gone', async () => {
      const { activities, calls } = remove({})
      await environment.withWorker(activities, (runs) =>
        runs.execute('removeOsd', { cloud, osd: 3 }),
      )
      expect(calls.slice(-2).map(({ verb }) => verb)).toEqual(['drainOsd', 'destroyOsd'])
    })

    it.each([
      { before: 'in', back: ['kolla1', 3] },
      { before: 'out', back: undefined },
    ])('is $before again where it can not be drained', async ({ before, back }) => {
      const { activities, calls } = remove({
        inspectOsd: () => ({ ...osd, in: before === 'in' }),
        drainOsd: failed,
      })
      const removal = environment.withWorker(activities, (runs) =>
        runs.execute('removeOsd', { cloud, osd: 3 }),
      )
      await expect(removal).rejects.toMatchObject({
        cause: { cause: { message: 'kolla1: osd.3 is not drained' } },
      })
      const taken = calls.find(({ verb }) => verb === 'takeOsdIn')
      expect(taken?.args.slice(1)).toEqual(back)
    })

    it('is in again where the run is aborted, and the run is a cancelled one', async () => {
      let draining = () => {}
      const begun = new Promise<void>((resolve) => (draining = resolve))
      const { activities, calls } = remove({
        drainOsd: async () => {
          draining()
          await new Promise((resolve) => setTimeout(resolve, 1000))
        },
      })
      await environment.withWorker(activities, async (runs) => {
        const handle = await runs.start('removeOsd', { cloud, osd: 3 })
        await begun
        await handle.cancel()
        await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } })
      })
      expect(calls.slice(-2).map(({ verb }) => verb)).toEqual(['drainOsd', 'takeOsdIn'])
    })
  })

  it('wipes a disk with the proof that was given, and no other', async () => {
    const { activities, calls } = fakeActivities({
      wipeDisk: (...[, host, request]: unknown[]) => `${String(host)} ${JSON.stringify(request)}`,
    })
    const disk = { cloud, host: 'kolla2', disk: '/dev/sdc' }
    const { summary, changes } = await environment.withWorker(activities, (runs) =>
      runs.execute('wipeDisk', { ...disk, size: '12G' }),
    )
    expect(changes).toEqual([])
    expect(summary).toBe(
      '/dev/sdc of kolla2 is blank; on it was: kolla2 {"disk":"/dev/sdc","size":"12G"}',
    )
    expect(calls.map(({ verb }) => verb)).toEqual(['openCloud', 'wipeDisk'])
  })

  it('tells what Ceph warns of, also when there was nothing to do', async () => {
    const { result, of } = await deploy([])
    expect(result.warnings).toMatchObject([{ message: 'Ceph: 1 osds down (OSD_DOWN)' }])
    expect(of('checkStorageNetwork')).toEqual([])
  })
})
