import { inspectContainer } from '../../src/docker/containers.js'
import { DockerError } from '../../src/docker/errors.js'
import { execIn } from '../../src/docker/exec.js'
import { shortHostname } from '../../src/catalog/host-view.js'
import { osdRelease, releasesOf, unsettled } from '../../src/plan/ceph/release.js'
import type { CephReleases, CephVersions, SettlingStatus } from '../../src/plan/ceph/release.js'
import type { CephMaps } from '../../src/plan/release-record.js'
import { RemoteError } from '../../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from '../cloud-context.js'
import { drained } from '../drained.js'
import { cancellation, report } from '../progress.js'
import { askCeph, askCephJson, awaitCeph } from './ask.js'
import { gatewayActivities } from './gateway.js'
import { monitorActivities } from './monitors.js'
import { answering, setNoout, unsetNoout } from './noout.js'
import { osdActivities } from './osds.js'

/** How long copies may take to be whole again after a daemon was away, in milliseconds. */
const SETTLING = 600_000

/** How a cluster goes to another release of Ceph, and what of it can go back. */
export function cephUpgradeActivities(contexts: CloudContexts) {
  const gateways = gatewayActivities(contexts)
  const monitors = monitorActivities(contexts)
  const osds = osdActivities(contexts)
  return {
    /** What the cluster runs. Undefined where the cloud has none, or no monitor answers. */
    async inspectCeph(ref: CloudRef): Promise<CephReleases | undefined> {
      const cloud = await contexts.get(ref)
      for (const host of cloud.members('ceph-mon')) {
        try {
          const [versions, map] = await Promise.all([
            askCephJson<CephVersions>(cloud, host, 'versions'),
            askCephJson<{ min_mon_release: number }>(cloud, host, 'mon', 'dump'),
          ])
          return releasesOf(versions, map.min_mon_release)
        } catch (error) {
          if (!(error instanceof RemoteError || error instanceof DockerError)) throw error
          // Another one may know.
        }
      }
      return undefined
    },

    /** See `setNoout` of noout.ts. */
    async setNoout(ref: CloudRef): Promise<void> {
      await setNoout(await contexts.get(ref))
    },

    async unsetNoout(ref: CloudRef): Promise<void> {
      await unsetNoout(await contexts.get(ref))
    },

    /** Waits until all monitors are in quorum, all OSDs up, and all copies of all data whole: only then may one go. */
    async awaitSettledCeph(ref: CloudRef): Promise<void> {
      const cloud = await contexts.get(ref)
      const monitor = await answering(cloud)
      const wanted = cloud.members('ceph-mon').length
      await awaitCeph(
        'Ceph settled',
        monitor,
        async () => {
          const left = unsettled(
            await askCephJson<SettlingStatus>(cloud, monitor, 'status'),
            wanted,
          )
          if (left !== '') report(`waiting for Ceph: ${left}`)
          return left
        },
        SETTLING,
      )
    },

    /** The hosts of the managers, the active one last: it hands over once and not to one that is about to go. */
    async managersInOrder(ref: CloudRef, hosts: readonly string[]): Promise<string[]> {
      const cloud = await contexts.get(ref)
      const monitor = await answering(cloud)
      const { active_name: active } = await askCephJson<{ active_name: string }>(
        cloud,
        monitor,
        'mgr',
        'dump',
      )
      const isActive = (host: string) => shortHostname(cloud.context(host).host) === active
      return [...hosts.filter((host) => !isActive(host)), ...hosts.filter(isActive)]
    },

    /** Replaces a monitor; one that is in quorum goes only when the others can do without it. */
    async replaceCephMon(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const state = (await inspectContainer(cloud.engine(host), 'ceph_mon'))?.State
      if (state?.Running === true && !state.Restarting) await osds.awaitMonOkToStop(ref, host)
      await monitors.startCephMon(ref, host)
    },

    /** Replaces a gateway; nobody is sent to it meanwhile, and what it was asked is answered first. */
    async replaceCephRgw(ref: CloudRef, host: string, monitor: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await drained(cloud, host, ['ceph_rgw'], () => gateways.startCephRgw(ref, host, monitor))
    },

    /** Has the cluster require of all OSDs what all of them have: OSDs of older releases are refused from now on. */
    async requireOsdRelease(ref: CloudRef): Promise<void> {
      const cloud = await contexts.get(ref)
      const monitor = await answering(cloud)
      const [versions, { require_osd_release: required }] = await Promise.all([
        askCephJson<CephVersions>(cloud, monitor, 'versions'),
        askCephJson<{ require_osd_release: string }>(cloud, monitor, 'osd', 'dump'),
      ])
      const release = osdRelease(versions, required)
      if (release === undefined) return
      report(`requiring ${release} of all OSDs`)
      await askCeph(cloud, monitor, ['osd', 'require-osd-release', release])
    },
  }
}

/** The cluster's maps and keys, each read by Ceph's own tool before it is handed over. Secret: for a record alone. */
export async function exportCeph(cloud: CloudContext, monitor: string): Promise<CephMaps> {
  const command = ['bash', '-c', exportScript]
  const { code, stdout, stderr } = await execIn(
    cloud.engine(monitor),
    'ceph_mon',
    command,
    cancellation(),
  )
  // What it prints is secret, and no part of a failure.
  if (code !== 0) throw new RemoteError(monitor, "export of Ceph's maps", code, stderr.split('\n'))
  const [monmap = '', osdmap = '', crushmap = '', auth = ''] = stdout.trim().split('\n')
  return { monmap, osdmap, crushmap, auth: Buffer.from(auth, 'base64').toString('utf8') }
}

const exportScript = `
set -o errexit -o pipefail
umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ask() { ceph --connect-timeout 15 "$@" 2>/dev/null; }
ask mon getmap -o monmap
ask osd getmap -o osdmap
ask osd getcrushmap -o crushmap
ask auth export -o auth
monmaptool --print monmap >/dev/null
osdmaptool --print osdmap >/dev/null 2>&1
crushtool --decompile crushmap >/dev/null
grep --quiet '^\\[client.admin]' auth
for file in monmap osdmap crushmap auth; do base64 --wrap 0 "$file"; echo; done
`
