import { ApplicationFailure } from '@temporalio/common'
import { makeOsd } from '../../src/catalog/ceph/one-shot.js'
import { cephOsd, osdName } from '../../src/catalog/ceph/osd.js'
import { cephFsid } from '../../src/catalog/ceph/conf.js'
import { shortHostname } from '../../src/catalog/host-view.js'
import { inspectContainer, isRunning } from '../../src/docker/containers.js'
import { writeConfiguration } from '../../src/host/configuration.js'
import { labelDisk } from '../../src/host/ceph/label-disk.js'
import { observeCeph } from '../../src/host/ceph/observe-ceph.js'
import { formatFinding } from '../../src/model/finding.js'
import type { Finding } from '../../src/model/finding.js'
import type { ObservedCeph, OsdFacts } from '../../src/model/observed-host.js'
import { planDisks } from '../../src/plan/ceph/disks.js'
import type { Birth, DiskPlan } from '../../src/plan/ceph/disks.js'
import { finishedOsds } from '../../src/plan/ceph/osds.js'
import type { SettlingStatus } from '../../src/plan/ceph/release.js'
import { sparesNone } from '../../src/plan/ceph/spare.js'
import type { PoolCopies } from '../../src/plan/ceph/spare.js'
import { allEnded } from '../all-ended.js'
import type { CloudContext, CloudContexts, CloudRef } from '../cloud-context.js'
import { isAsWanted, proveHealth, runOnce, startContainer } from '../containers.js'
import { report } from '../progress.js'
import { askCeph, askCephJson, askMonitors, awaitCeph, awaitGrant } from './ask.js'
import { withNoout } from './noout.js'

export function osdActivities(contexts: CloudContexts) {
  return {
    /** Partitions the blank disks that the operator named. Looks at them again just before, and refuses all that are not blank. */
    async labelDisks(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      for (const table of (await look(cloud, host)).plan.tables) {
        report(`labelling ${table.name}`)
        await labelDisk(cloud.remote(host), table)
      }
      const { tables, births } = (await look(cloud, host)).plan
      const absent = [...tables, ...births.filter((birth) => !birth.partition)]
      if (absent.length === 0) return
      const names = absent.map(({ name }) => name).join(', ')
      throw new Error(`the partitions of ${names} do not appear (partx --show, udevadm)`)
    },

    /**
     * Makes the host's new OSDs side by side and starts what does not run. Returns when Ceph says that they are up. Those
     * that run and are to be replaced are left to `startOsd`, which asks Ceph for each whether it can be spared.
     */
    async bootstrapOsds(ref: CloudRef, host: string, monitor: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await cloud
        .remote(host)
        .runOrFail(awaitBirths, { title: 'wait for OSDs that are being made' })
      const { plan } = await look(cloud, host)
      await allEnded(plan.births.map((birth) => bear(cloud, host, monitor, birth)))
      const { seen } = await look(cloud, host)
      const osds = await withoutReplaced(cloud, host, finishedOsds(seen, cephFsid(cloud)))
      const now = withOsds(cloud, host, osds)
      const containers = now.containers(host).filter((it) => it.service === cephOsd.name)
      await writeConfiguration(cloud.remote(host), containers)
      await allEnded(containers.map((it) => startContainer(now, host, it.name)))
      await proveHealth(now, host, cephOsd.name)
      await awaitUp(
        cloud,
        monitor,
        osds.map(({ id }) => id),
      )
    },

    /**
     * Starts or replaces an OSD. One that runs is stopped only when Ceph itself says that no data goes out of reach, or
     * where that can never be so. Nothing is moved about for the moment that it is away.
     */
    async startOsd(ref: CloudRef, host: string, name: string, monitor: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const id = name.replace(/^ceph_osd_/, '')
      const running = await inspectContainer(cloud.engine(host), name)
      if (running?.State.Running === true)
        await awaitOkToStop(cloud, monitor, `osd.${id}`, ['osd', 'ok-to-stop', id], async () => {
          const none = await sparesNoOsd(cloud, monitor)
          return none ? `no pool has a copy to spare: osd.${id} is stopped all the same` : undefined
        })
      await withNoout(cloud, monitor, [Number(id)], async () => {
        await startContainer(cloud, host, name)
        await awaitUp(cloud, monitor, [Number(id)])
      })
    },

    /** Waits until the other monitors can do without this one. One that is alone is never spared, and may go all the same. */
    async awaitMonOkToStop(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const name = shortHostname(cloud.context(host).host)
      await awaitOkToStop(cloud, host, `mon.${name}`, ['mon', 'ok-to-stop', name], async () => {
        const { mons } = await askMonitors<{ mons: readonly unknown[] }>(cloud, host, 'mon dump')
        return mons.length === 1
          ? `mon.${name} is the only one: it is stopped all the same`
          : undefined
      })
    },
  }
}

async function awaitOkToStop(
  cloud: CloudContext,
  monitor: string,
  daemon: string,
  question: readonly string[],
  vain: () => Promise<string | undefined>,
): Promise<void> {
  await awaitGrant(cloud, monitor, question, { title: `Ceph can spare ${daemon}`, vain })
}

/** Whether no OSD can ever be spared, as no pool has a copy more than it needs, while nothing else is wrong. */
async function sparesNoOsd(cloud: CloudContext, monitor: string): Promise<boolean> {
  const question = ['osd', 'pool', 'ls', 'detail']
  const pools = await askCephJson<readonly PoolCopies[]>(cloud, monitor, ...question)
  return sparesNone(pools, await askMonitors<SettlingStatus>(cloud, monitor, 'status'))
}

/** Waits until Ceph itself calls these OSDs up. */
export async function awaitUp(
  cloud: CloudContext,
  monitor: string,
  ids: readonly number[],
): Promise<void> {
  await awaitCeph('OSDs up', monitor, async () => {
    const { osds } = await askMonitors<{ osds: readonly { osd: number; up: number }[] }>(
      cloud,
      monitor,
      'osd dump',
    )
    const up = osds.filter((it) => it.up === 1).map((it) => it.osd)
    const down = ids.filter((id) => !up.includes(id))
    report(`${ids.length - down.length} of ${ids.length} OSDs are up`)
    return down.length === 0 ? '' : `down: ${down.map((id) => `osd.${id}`).join(', ')}`
  })
}

/** The disks as they are now, and what is to be done. @throws ApplicationFailure `BadInput` where anything is wrong */
async function look(
  cloud: CloudContext,
  host: string,
): Promise<{ seen: ObservedCeph; plan: DiskPlan }> {
  const { globals } = cloud.host(host)
  const disks = [...globals.ceph_osd_disks, ...globals.ceph_journal_disks]
  const seen = await observeCeph(cloud.remote(host), { disks })
  const plan = planDisks(seen, globals, cephFsid(cloud))
  if (plan.errors.length === 0) return { seen, plan }
  const findings = plan.errors.map((message): Finding => ({ severity: 'error', host, message }))
  throw ApplicationFailure.nonRetryable(
    findings.map(formatFinding).join('\n'),
    'BadInput',
    findings,
  )
}

/** Whoever began them may have died; a partition tells nothing of use until they have ended. */
const awaitBirths =
  'docker container ls --quiet --filter name=^/bootstrap_ceph_osd_ | xargs --no-run-if-empty docker container wait >/dev/null'

/**
 * Ceph gives the same number and key to the same identity however often it is asked, so this may be killed anywhere:
 * the partition itself says whether its OSD is finished.
 */
async function bear(
  cloud: CloudContext,
  host: string,
  monitor: string,
  { name, partition, journal, again }: Birth,
): Promise<void> {
  if (!partition) throw new Error(`${name} has no partition yet`)
  const uuid = partition.uuid.toLowerCase()
  const id = Number(await askCeph(cloud, monitor, ['osd', 'new', uuid]))
  const key = await askCeph(cloud, monitor, ['auth', 'get-or-create-key', `osd.${id}`, ...caps])
  const osd: OsdFacts = { id, uuid, ...(journal?.partition && { journal: journal.partition.uuid }) }
  const born = withOsds(cloud, host, [osd])
  const container = born.container(host, osdName(id))
  report(`making osd.${id} on ${name}`)
  await writeConfiguration(cloud.remote(host), [container])
  await runOnce(born, host, container, {
    name: `bootstrap_${container.name}`,
    command: makeOsd(osd, again),
    environment: { OSD_KEY: key.trim() },
  })
}

const caps = ['mon', 'allow profile osd', 'mgr', 'allow profile osd', 'osd', 'allow *']

/** Those OSDs of a host that don't run, or run as they should. */
async function withoutReplaced(
  cloud: CloudContext,
  host: string,
  osds: readonly OsdFacts[],
): Promise<OsdFacts[]> {
  const now = withOsds(cloud, host, osds)
  const stays = await Promise.all(
    osds.map(async ({ id }) => {
      const name = osdName(id)
      return !(await isRunning(cloud.engine(host), name)) || isAsWanted(now, host, name)
    }),
  )
  return osds.filter((_, index) => stays[index])
}

/** The same cloud, knowing of these OSDs. */
function withOsds(cloud: CloudContext, host: string, osds: readonly OsdFacts[]): CloudContext {
  const hosts = cloud.found.hosts.map((it) => (it.name === host ? { ...it, osds } : it))
  return cloud.with({ ...cloud.found, hosts })
}
