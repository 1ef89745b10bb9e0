import { onAll, oneByOne } from '../operate.js'
import { giveBack } from '../give-back.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import { monitorOf } from './ceph-upgrade.js'
import type { Attempt, Protocol } from './protocol.js'

const services = ['ceph-mon', 'ceph-mgr', 'ceph-osd', 'ceph-rgw'] as const

/** Labels on blank disks, before there is a cluster that wants them. */
export const cephDisks: Protocol = { start: labelDisks, replace: () => Promise.resolve() }

/** Monitors in one quorum. */
export const cephMonitors: Protocol = {
  start: formMonitors,
  before: (run, _hosts, attempt) => settled(run, 'ceph-mon', attempt),
  async replace({ ref }, host) {
    await step('replaceCephMon', host, ref, host)
    await step('awaitCephQuorum', host, ref, host)
  },
  async finish(run) {
    if (run.members('ceph-mon').length === 0) return
    const monitor = monitorOf(run)
    await step('requireOsdRelease', monitor, run.ref)
    // Of a run that was ended by force.
    await step('unsetNoout', monitor, run.ref)
  },
  oneAtATime: true,
}

export const cephManagers: Protocol = {
  async start(run) {
    if (run.changed('ceph-mgr').length === 0) return
    await run.stages.run('Start ceph-mgr', () =>
      run.rolling('ceph-mgr', (host) => step('startCephMgr', host, run.ref, host, monitorOf(run))),
    )
  },
  before: (run, _hosts, attempt) => settled(run, 'ceph-mgr', attempt),
  /** In the order that hands over once. */
  order: (run, hosts) => step('managersInOrder', monitorOf(run), run.ref, hosts),
  async replace(run, host) {
    await step('startCephMgr', host, run.ref, host, monitorOf(run))
    await step('awaitSettledCeph', host, run.ref)
  },
  oneAtATime: true,
}

/** What becomes of labelled disks. */
export const cephOsds: Protocol = {
  async start(run) {
    await bootstrapOsds(run)
    await restartOsds(run)
  },
  before: (run, _hosts, attempt) => settled(run, 'ceph-osd', attempt),
  async replace(run, host, containers) {
    await oneByOne(containers, (name) =>
      step('startOsd', `${host} · ${name}`, run.ref, host, name, monitorOf(run)),
    )
    await step('awaitSettledCeph', host, run.ref)
  },
  oneAtATime: true,
}

/** Pools and accounts: from OSDs to a cluster that takes data. */
export const cephPools: Protocol = {
  async start(run) {
    await giveBack(run, 'ceph')
    const [monitor] = run.members('ceph-mon')
    if (monitor === undefined || services.every((name) => run.changes(name).length === 0)) return
    await run.stages.run('Create Ceph pools', () =>
      step('createCephPools', monitor, run.ref, monitor),
    )
  },
  replace: () => Promise.resolve(),
}

/** RADOS gateways and their place in Keystone's catalogue; Keystone has to serve by then. */
export const gateways: Protocol = {
  async start(run) {
    const [monitor] = run.members('ceph-mon')
    const [first] = run.members('ceph-rgw')
    if (!monitor || !first || run.changed('ceph-rgw').length === 0) return
    await run.stages.run('Start ceph-rgw', async () => {
      // Before the gateways: a run that dies between the two is seen by the next one's plan.
      await step('registerCephRgw', first, run.ref, first)
      await run.rolling('ceph-rgw', (host) => step('startCephRgw', host, run.ref, host, monitor))
    })
  },
  replace: (run, host) => step('replaceCephRgw', host, run.ref, host, monitorOf(run)),
}

/** Before a part of the cluster is replaced, all copies of all data are whole. */
function settled(run: Run, part: string, attempt: Attempt): Promise<boolean> {
  return attempt(`Ceph settled before ${part}`, () => step('awaitSettledCeph', part, run.ref))
}

async function labelDisks(run: Run): Promise<void> {
  const hosts = hostsWith(run, 'label')
  if (hosts.length === 0) return
  await run.stages.run('Label disks', () =>
    onAll(hosts, (host) => step('labelDisks', host, run.ref, host)),
  )
}

/** A monitor that is new joins those that are there; where none is, all begin side by side as one cluster. */
async function formMonitors(run: Run): Promise<void> {
  const monitor = monitorOf(run)
  const { ref } = run
  const members = run.members('ceph-mon')
  const { make = [], halfMade = [] } = run.plan.monitors ?? {}
  const changed = run.changed('ceph-mon')
  if (changed.length === 0) return
  await run.stages.run('Form the Ceph cluster', async () => {
    const revived = await reviveQuorum(run)
    if (make.length > 0) {
      await step('shareCephKeys', members.join(', '), ref, members)
      await onAll(make, (host) => step('makeCephMon', host, ref, host, halfMade.includes(host)))
    }
    const start = async (host: string) => {
      const interrupts = run.interrupts('ceph-mon', host)
      if (interrupts) await step('awaitMonOkToStop', host, ref, host)
      await step('startCephMon', host, ref, host)
      if (interrupts) await step('awaitCephQuorum', host, ref, host)
    }
    const others = changed.filter((host) => !revived.includes(host))
    await run.rolling('ceph-mon', start, others)
    await step('awaitCephQuorum', monitor, ref, monitor)
  })
}

/**
 * Where monitors are new, has those that were in a quorum form it first, if they can: newcomers, who know each other, would
 * else begin another cluster beside it. Returns the hosts on which it started one.
 */
async function reviveQuorum(run: Run): Promise<readonly string[]> {
  const { joined = [] } = run.plan.monitors ?? {}
  const [elder] = joined
  const changed = run.changed('ceph-mon')
  if (elder === undefined || changed.every((host) => joined.includes(host))) return []
  const idle = changed.filter((host) => joined.includes(host) && !run.interrupts('ceph-mon', host))
  await onAll(idle, (host) => step('startCephMon', host, run.ref, host))
  await step('awaitElderMonitors', elder, run.ref, elder, joined)
  return idle
}

async function bootstrapOsds(run: Run): Promise<void> {
  const hosts = hostsWith(run, 'bootstrap')
  if (hosts.length === 0) return
  await run.stages.run('Bootstrap OSDs', () =>
    onAll(hosts, (host) => step('bootstrapOsds', host, run.ref, host, monitorOf(run))),
  )
}

/** OSDs that were made before: those that are down side by side, those that run one by one, each when Ceph can spare it. */
async function restartOsds(run: Run): Promise<void> {
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
    step('startOsd', `${host} · ${container}`, run.ref, host, container, monitorOf(run))
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
