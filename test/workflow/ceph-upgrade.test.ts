import { ApplicationFailure } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Activities, PlannedRollback, PlannedUpgrade } from '../../activities/index.js'
import type { Change } from '../../src/plan/change.js'
import type { CephReleases } from '../../src/plan/ceph/release.js'
import { pointsOfNoReturn, upgradeSteps } from '../../src/plan/upgrade-plan.js'
import { expectOrder, fakeActivities, planned } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

const hosts = ['kolla1', 'kolla2', 'kolla3']
const services = { 'ceph-mon': ['ceph_mon'], 'ceph-mgr': ['ceph_mgr'], 'ceph-rgw': ['ceph_rgw'] }
const members = Object.fromEntries(
  ['cron', ...Object.keys(services), 'ceph-osd'].map((service) => [service, hosts]),
)
const replace = (host: string, service: string, container: string): Change => {
  return { host, service, container, action: 'replace', interrupts: true, reasons: ['image'] }
}
const ceph = hosts.flatMap((host, index) => [
  ...Object.entries(services).flatMap(([service, names]) =>
    names.map((name) => replace(host, service, name)),
  ),
  ...[2 * index, 2 * index + 1].map((id) => replace(host, 'ceph-osd', `ceph_osd_${id}`)),
])
const changes = [...ceph, ...hosts.map((host) => replace(host, 'cron', 'cron'))]
const versions = { programs: {}, mariadb: '', rabbitmq: '', schemas: {}, ceph: '16.2.15' }
const record = { id: '2025.2-x', release: '2025.2', to: '2026.1', at: '', versions, images: {} }

function upgradePlan(): PlannedUpgrade {
  const plan = planned(changes, { members })
  const steps = upgradeSteps(changes, members)
  const current = { cloud: 'demo', files: 'old', found: 'old' }
  return {
    ...{
      ...plan,
      from: '2025.2',
      to: '2026.1',
      current,
      steps,
      times: {},
      timesBack: {},
      digest: 'd',
    },
    noReturn: pointsOfNoReturn(steps, []),
  }
}

/** A cloud of Ceph alone: no database, no queue, no Keystone. */
function fakes(more: Parameters<typeof fakeActivities>[0] = {}) {
  return fakeActivities({
    inspectDatabase: () => ({ members: [], backups: [] }),
    planUpgrade: upgradePlan,
    previewMigrations: () => ({
      versions: [{ program: 'Ceph', from: '16.2.15', to: '18.2.7' }],
    }),
    inspectVersions: () => ({ programs: {}, mariadb: '', rabbitmq: '', schemas: {} }),
    inspectMigrations: () => ({ schemas: {}, rabbitmq: '' }),
    inspectCeph: (): CephReleases => cluster('16.2.15', 16),
    managersInOrder: () => ['kolla2', 'kolla3', 'kolla1'],
    recordRelease: () => record,
    openRecord: () => ({ ref: { cloud: 'demo', files: 'old', found: 'record' }, record, gone: [] }),
    verifyCeph: () => [],
    ...more,
  })
}

const cluster = (version: string, minMonRelease: number): CephReleases => {
  return { version, daemons: { mon: { [version]: 3 }, osd: { [version]: 6 } }, minMonRelease }
}

let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

const input = { cloud: 'demo', release: '2026.1' }

describe('an upgrade of Ceph', () => {
  it('goes monitors, managers, OSDs, gateways, one at a time, under noout until the last OSD', async () => {
    const { activities, calls } = fakes()
    const result = await environment.withWorker(activities, (runs) =>
      runs.execute('upgrade', { ...input, batch: '100%' }),
    )
    expect(result.summary).toContain('It runs Ceph 16.2.15.')
    const wanted: (keyof Activities)[] = [
      ...(['startContainers', 'setNoout', 'replaceCephMon', 'startCephMgr', 'startOsd'] as const),
      ...(['unsetNoout', 'replaceCephRgw', 'requireOsdRelease', 'verifyCeph'] as const),
    ]
    const verbs = [...new Set(calls.map(({ verb }) => verb))]
    expect(verbs.filter((verb) => wanted.includes(verb))).toEqual(wanted)
    const of = (verb: keyof Activities) => calls.filter((call) => call.verb === verb)
    for (const verb of ['replaceCephMon', 'startCephMgr', 'startOsd'] as const) {
      for (const [index, call] of of(verb).slice(1).entries()) {
        expect(call.startedAt).toBeGreaterThanOrEqual(of(verb)[index]?.endedAt ?? Infinity)
      }
    }
    expect(of('replaceCephMon').map(({ host }) => host)).toEqual(hosts)
    expect(of('awaitCephQuorum').map(({ host }) => host)).toEqual(hosts)
    expect(of('startCephMgr').map(({ host }) => host)).toEqual(['kolla2', 'kolla3', 'kolla1'])
    expect(of('startOsd')).toHaveLength(6)
    // Before anything, before the first of each kind, and after every host of managers and OSDs.
    expect(of('awaitSettledCeph')).toHaveLength(1 + 3 + 6)
    expectOrder(verbs, 'awaitSettledCeph', 'startContainers')
    expect(verbs).not.toContain('backUpMariadb')
  })

  it('that is finished by another one waits for nothing that this one may mend', async () => {
    const plan = upgradePlan()
    const { activities, calls } = fakes({ planUpgrade: () => ({ ...plan, record }) })
    await environment.withWorker(activities, (runs) => runs.execute('upgrade', input))
    const verbs = calls.map(({ verb }) => verb)
    expectOrder(verbs, 'setNoout', 'awaitSettledCeph')
  })

  it('leaves managers and OSDs as they are where the monitors were left out', async () => {
    const step = 'Ceph settled before ceph-mon'
    const { activities, calls } = fakes({
      awaitSettledCeph: () => {
        if (calls.some(({ verb }) => verb === 'setNoout'))
          throw ApplicationFailure.nonRetryable('a copy is missing', 'StepFailed')
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const handle = await runs.start('upgrade', input)
      while (!(await waits(handle))) await pause()
      await handle.executeUpdate('decide', { args: [{ step, decision: 'skip' }] })
      await handle.result()
    })
    const verbs = new Set(calls.map(({ verb }) => verb))
    for (const verb of ['replaceCephMon', 'startCephMgr', 'startOsd'] as const) {
      expect(verbs).not.toContain(verb)
    }
    expect(verbs).toContain('replaceCephRgw')
  })

  it.each(['stop', 'cancel'] as const)('takes noout back when it ends early: %s', async (how) => {
    const { activities, calls } = fakes({
      startOsd: (_ref: unknown, host: string) => {
        if (host === 'kolla2') throw ApplicationFailure.nonRetryable('osd.2 is down', 'StepFailed')
      },
    })
    await environment.withWorker(activities, async (runs) => {
      const onFailure = how === 'stop' ? 'stop' : 'pause'
      const handle = await runs.start('upgrade', { ...input, onFailure })
      while (how === 'cancel' && !(await waits(handle))) await pause()
      if (how === 'cancel') await handle.cancel()
      await expect(handle.result()).rejects.toThrow()
    })
    const verbs = calls.map(({ verb }) => verb)
    expect(verbs.lastIndexOf('unsetNoout')).toBeGreaterThan(verbs.lastIndexOf('startOsd'))
    expect(verbs).not.toContain('requireOsdRelease')
    expect(verbs).not.toContain('replaceCephRgw')
  })
})

describe('a rollback of a cloud with Ceph', () => {
  /** What the activity gives: with a Ceph that stays, the rest alone. */
  const planRollback = (_ref: unknown, _seen: unknown, _id: unknown, stays: boolean) => {
    const own = stays ? changes.filter(({ service }) => service === 'cron') : changes
    const steps = upgradeSteps(own, members).reverse()
    const named = { record, steps, times: {}, digest: 'r' }
    const plan: PlannedRollback = { ...planned(own, { members }), ...named }
    return { ...plan, ...(stays && { cephTag: '2026.1-debian-trixie' }) }
  }

  it('leaves a Ceph that has passed to the next major release where it is, and says what to write', async () => {
    const { activities, calls } = fakes({ planRollback, inspectCeph: () => cluster('18.2.7', 18) })
    const [shown, done] = await environment.withWorker(activities, async (runs) => [
      await runs.execute('rollback', { cloud: 'demo', dryRun: true }),
      await runs.execute('rollback', { cloud: 'demo' }),
    ])
    expect(shown.summary).toContain('What cannot go back:\n- Ceph to 16.2.15')
    expect(shown.summary).toContain('It stays as it is (3 mon, 6 osd of 18.2.7)')
    expect(done.summary).toContain(
      'Set openstack_release: "2025.2" and ceph_tag: "2026.1-debian-trixie" in globals.yml.',
    )
    const verbs = calls.map(({ verb }) => verb)
    expect(verbs).toContain('startContainers')
    expect(verbs.filter((verb) => /Osd|CephM|Noout/.test(verb))).toEqual([])
  })

  it('takes one back whose monitors have not all passed', async () => {
    const { activities, calls } = fakes({ planRollback })
    await environment.withWorker(activities, (runs) => runs.execute('rollback', { cloud: 'demo' }))
    const verbs = [...new Set(calls.map(({ verb }) => verb))]
    const order = ['setNoout', 'startOsd', 'startCephMgr', 'replaceCephMon', 'unsetNoout'] as const
    expect(verbs.filter((verb) => (order as readonly string[]).includes(verb))).toEqual(order)
  })
})

async function waits(handle: { query: (name: string) => Promise<unknown> }): Promise<boolean> {
  return handle.query('waiting').then(Boolean, () => false)
}
const pause = () => new Promise((resolve) => setTimeout(resolve, 50))
