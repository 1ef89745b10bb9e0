import { makeMonitor } from '../../src/catalog/ceph/one-shot.js'
import { shortHostname } from '../../src/catalog/host-view.js'
import { inspectContainer, stopAndRemove } from '../../src/docker/containers.js'
import {
  giveClusterKeys,
  inspectClusterKeys,
  newClusterKeys,
  putFile,
  takeClusterKeys,
} from '../../src/host/ceph/keys.js'
import { observeCeph } from '../../src/host/ceph/observe-ceph.js'
import { sh } from '../../src/ssh/quote.js'
import { allEnded } from '../all-ended.js'
import type { CloudContext, CloudContexts, CloudRef } from '../cloud-context.js'
import { proveHealth, runOnce, startContainer } from '../containers.js'
import { report } from '../progress.js'
import { askCeph, askCephJson, askMonitors, awaitCeph } from './ask.js'

export function monitorActivities(contexts: CloudContexts) {
  return {
    /**
     * Gives every monitor's host the same keys of the cluster, from host to host through this process alone. They are
     * made where nobody has any; whoever was in a quorum is the one to ask.
     */
    async shareCephKeys(ref: CloudRef, members: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      const [first] = members
      if (first === undefined) return
      const [keys, joined] = await Promise.all([
        Promise.all(members.map((it) => inspectClusterKeys(cloud.remote(it), cloud.digestKey))),
        Promise.all(members.map((it) => isJoined(cloud, it))),
      ])
      const holders = keys.filter((it) => it.complete)
      const source = holders.find((it) => joined[members.indexOf(it.host)]) ?? holders[0]
      const keyrings = source ? await takeClusterKeys(cloud.remote(source.host)) : newClusterKeys()
      // One host has them before any other does: whoever goes on after a crash finds these and no others.
      if (!source) await giveClusterKeys(cloud.remote(first), keyrings)
      const holder = source ?? { host: first, digest: '' }
      const receivers = keys.filter((it) => it.host !== holder.host && it.digest !== holder.digest)
      if (receivers.length === 0) return
      report(`giving the keys of ${holder.host} to ${receivers.map((it) => it.host).join(', ')}`)
      await allEnded(receivers.map((it) => giveClusterKeys(cloud.remote(it.host), keyrings)))
    },

    /** Makes a monitor's data. What was ever in a quorum is left alone, whatever anybody says. */
    async makeCephMon(ref: CloudRef, host: string, anew: boolean): Promise<void> {
      const cloud = await contexts.get(ref)
      const { monitor } = await observeCeph(cloud.remote(host), { monitor: true })
      if (monitor?.joined === true || (monitor?.made === true && !anew)) return
      if (monitor?.made === true) {
        report('removing a half-made monitor')
        await stopAndRemove(cloud.engine(host), 'ceph_mon')
        await cloud.remote(host).runOrFail(removeHalfMade, { title: 'remove a half-made monitor' })
      }
      await runOnce(cloud, host, cloud.container(host, 'ceph_mon'), {
        name: 'bootstrap_ceph_mon',
        command: makeMonitor(cloud.context(host)),
      })
    },

    /** Starts or replaces a monitor. Returns when it listens. */
    async startCephMon(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await startContainer(cloud, host, 'ceph_mon')
      await proveHealth(cloud, host, 'ceph-mon')
    },

    /**
     * Waits until monitors that were in a quorum are in one again, where they are enough for it by what one of them knows: of
     * three of which two were lost, the one that is left waits for those that are new. It is asked by its socket, since its
     * host may have lost the keys.
     */
    async awaitElderMonitors(
      ref: CloudRef,
      host: string,
      elders: readonly string[],
    ): Promise<void> {
      const cloud = await contexts.get(ref)
      const { host: view } = cloud.context(host)
      const ask = ['daemon', `mon.${shortHostname(view)}`, 'mon_status'] as const
      await awaitCeph('the monitors that are there in quorum', host, async () => {
        const { quorum, monmap } = await askCephJson<MonitorStatus>(cloud, host, ...ask)
        const isMinority = elders.length <= monmap.mons.length / 2
        return isMinority || quorum.length > 0 ? '' : `no quorum of ${elders.join(', ')}`
      })
    },

    /** Waits until every monitor is in one quorum, as one of them sees it. */
    async awaitCephQuorum(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const context = cloud.context(host)
      const wanted = context.members('ceph-mon').map(shortHostname)
      await awaitCeph('all monitors in quorum', host, async () => {
        const { quorum_names: quorum } = await askMonitors<{ quorum_names: readonly string[] }>(
          cloud,
          host,
          'quorum_status',
        )
        report(`in quorum: ${quorum.join(', ') || 'nobody'}`)
        const absent = wanted.filter((name) => !quorum.includes(name))
        return absent.length === 0 ? '' : `not in the quorum: ${absent.join(', ')}`
      })
    },

    /** Gives a manager its key, from a monitor's host through this process alone, and starts it. */
    async startCephMgr(ref: CloudRef, host: string, monitor: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const name = shortHostname(cloud.context(host).host)
      await giveKey(cloud, { host, monitor, entity: `mgr.${name}` }, mgrCaps, {
        volume: 'ceph_mgr',
        path: `mgr/ceph-${name}/keyring`,
      })
      const present = await inspectContainer(cloud.engine(host), 'ceph_mgr')
      // Another takes over now, not after half a minute of silence.
      if (present?.State.Running === true) await askCeph(cloud, monitor, ['mgr', 'fail', name])
      await startContainer(cloud, host, 'ceph_mgr')
      await proveHealth(cloud, host, 'ceph-mgr')
    },
  }
}

/** As a monitor's socket tells it, as far as it is read. */
interface MonitorStatus {
  /** Ranks; empty where there is none. */
  readonly quorum: readonly number[]
  readonly monmap: { readonly mons: readonly object[] }
}

const mgrCaps = ['mon', 'allow profile mgr', 'osd', 'allow *', 'mds', 'allow *']

/** Has a monitor make a key, or tell the one that it made before, and puts it into a volume of a host. */
export async function giveKey(
  cloud: CloudContext,
  { host, monitor, entity }: { host: string; monitor: string; entity: string },
  caps: readonly string[],
  place: { volume: string; path: string },
): Promise<void> {
  const keyring = await askCeph(cloud, monitor, ['auth', 'get-or-create', entity, ...caps])
  await putFile(cloud.remote(host), place, keyring)
}

async function isJoined(cloud: CloudContext, host: string): Promise<boolean> {
  const { monitor } = await observeCeph(cloud.remote(host), { monitor: true })
  return monitor?.joined === true
}

/** The keys stay: they were given to this host just before. */
const removeHalfMade = sh`
set -o errexit
cd -- "$(docker volume inspect -f '{{.Mountpoint}}' ceph_mon)/mon"
for folder in ceph-*; do
  [[ ! -e $folder/external_log_to && ! -e $folder/min_mon_release ]] || { echo "$folder was in a quorum" >&2; exit 1; }
done
rm -rf -- ceph-* .making
`
