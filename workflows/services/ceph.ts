import { onAll, oneByOne, together } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'

const services = ['ceph-mon', 'ceph-mgr', 'ceph-osd', 'ceph-rgw'] as const

/** Disks, monitors in one quorum, managers, OSDs, pools: from labelled disks to a cluster that takes data. */
export async function startCeph(run: Run): Promise<void> {
  const [monitor] = run.members('ceph-mon')
  if (monitor === undefined || services.every((name) => run.changes(name).length === 0)) return
  await labelDisks(run)
  await formMonitors(run, monitor)
  await together(
    () => startManagers(run, monitor),
    () => bootstrapOsds(run, monitor),
  )
  await restartOsds(run, monitor)
  await run.stages.run('Create Ceph pools', () =>
    step('createCephPools', monitor, run.ref, monitor),
  )
}

/** RADOS gateways and their place in Keystone's catalogue; Keystone has to serve by then. */
export async function startGateways(run: Run): Promise<void> {
  const [monitor] = run.members('ceph-mon')
  const [first] = run.members('ceph-rgw')
  if (!monitor || !first || run.changed('ceph-rgw').length === 0) return
  await run.stages.run('Start ceph-rgw', async () => {
    // Before the gateways: a run that dies between the two is seen by the next one's plan.
    await step('registerCephRgw', first, run.ref, first)
    await run.rolling('ceph-rgw', (host) => step('startCephRgw', host, run.ref, host, monitor))
  })
}

async function labelDisks(run: Run): Promise<void> {
  const hosts = hostsWith(run, 'label')
  if (hosts.length === 0) return
  await run.stages.run('Label disks', () =>
    onAll(hosts, (host) => step('labelDisks', host, run.ref, host)),
  )
}

/** A monitor that is new joins those that are there; where none is, all begin side by side as one cluster. */
async function formMonitors(run: Run, monitor: string): Promise<void> {
  const { ref } = run
  const members = run.members('ceph-mon')
  const { make = [], halfMade = [] } = run.plan.monitors ?? {}
  if (run.changed('ceph-mon').length === 0) return
  await run.stages.run('Form the Ceph cluster', async () => {
    if (make.length > 0) {
      await step('shareCephKeys', members.join(', '), ref, members)
      await onAll(make, (host) => step('makeCephMon', host, ref, host, halfMade.includes(host)))
    }
    await run.rolling('ceph-mon', async (host) => {
      const interrupts = run.interrupts('ceph-mon', host)
      if (interrupts) await step('awaitMonOkToStop', host, ref, host)
      await step('startCephMon', host, ref, host)
      if (interrupts) await step('awaitCephQuorum', host, ref, host)
    })
    await step('awaitCephQuorum', monitor, ref, monitor)
  })
}

async function startManagers(run: Run, monitor: string): Promise<void> {
  if (run.changed('ceph-mgr').length === 0) return
  await run.stages.run('Start ceph-mgr', () =>
    run.rolling('ceph-mgr', (host) => step('startCephMgr', host, run.ref, host, monitor)),
  )
}

async function bootstrapOsds(run: Run, monitor: string): Promise<void> {
  const hosts = hostsWith(run, 'bootstrap')
  if (hosts.length === 0) return
  await run.stages.run('Bootstrap OSDs', () =>
    onAll(hosts, (host) => step('bootstrapOsds', host, run.ref, host, monitor)),
  )
}

/** OSDs that were made before: those that are down side by side, those that run one by one, each when Ceph can spare it. */
async function restartOsds(run: Run, monitor: string): Promise<void> {
  const osds = run.changed('ceph-osd').flatMap((host) =>
    run.changes('ceph-osd').flatMap((change) => {
      const { container, interrupts } = change
      return change.host === host && run.containers('ceph-osd', host).includes(container)
        ? [{ host, container, interrupts }]
        : []
    }),
  )
  if (osds.length === 0) return
  const start = ({ host, container }: (typeof osds)[number]) =>
    step('startOsd', `${host} · ${container}`, run.ref, host, container, monitor)
  await run.stages.run('Start ceph-osd', async () => {
    await onAll(
      osds.filter((osd) => !osd.interrupts),
      start,
    )
    await oneByOne(
      osds.filter((osd) => osd.interrupts),
      start,
    )
  })
}

function hostsWith(run: Run, action: 'label' | 'bootstrap'): string[] {
  const changes = run.changes('ceph-osd').filter((change) => change.action === action)
  return [...new Set(changes.map((change) => change.host))]
}
