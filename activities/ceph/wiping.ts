import { observeCeph } from '../../src/host/ceph/observe-ceph.js'
import { openersOf, wipeDisk } from '../../src/host/ceph/wipe-disk.js'
import type { ObservedDisk } from '../../src/model/observed-host.js'
import { describeDisk } from '../../src/plan/ceph/describe-disk.js'
import { isBlank } from '../../src/plan/ceph/disk-state.js'
import { namedDisk, osdsOn, whyNotWiped } from '../../src/plan/ceph/wipe.js'
import type { WipeRequest } from '../../src/plan/ceph/wipe.js'
import { HostError } from '../../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from '../cloud-context.js'
import { badInput } from '../failures.js'
import { report } from '../progress.js'
import { askMonitors } from './ask.js'

export function wipingActivities(contexts: CloudContexts) {
  return {
    /**
     * Makes a whole disk blank for whoever shows that he has looked at it. Returns what was on it; empty when it was
     * blank already.
     *
     * @throws ApplicationFailure `BadInput` where it is another disk, in use, or carries an OSD that its cluster knows
     */
    async wipeDisk(ref: CloudRef, host: string, request: WipeRequest): Promise<string> {
      const cloud = await contexts.get(ref)
      const remote = cloud.remote(host)
      const look = () => observeCeph(remote, { disks: [request.disk] })
      const seen = await look()
      const disk = namedDisk(seen, request.disk)
      const reasons = whyNotWiped(seen, request, disk ? await openersOf(remote, disk) : [])
      if (disk) reasons.push(...(await whoseOsds(cloud, request.disk, disk)))
      if (reasons.length > 0)
        throw badInput(reasons.map((message) => ({ severity: 'error', host, message })))
      if (!disk || isBlank(disk)) return ''
      const content = describeDisk(disk)
      report(`wiping ${request.disk}: ${content}`)
      await wipeDisk(remote, disk)
      const after = namedDisk(await look(), request.disk)
      if (after && isBlank(after)) return content
      throw new Error(
        `${request.disk} is still not blank: ${after ? describeDisk(after) : 'it is gone'}`,
      )
    },
  }
}

/** OSDs on a disk that the cluster counts on, each with the way out. */
async function whoseOsds(cloud: CloudContext, name: string, disk: ObservedDisk): Promise<string[]> {
  const uuids = osdsOn(disk)
  if (uuids.length === 0) return []
  const known = await knownOsds(cloud)
  if (!known)
    return [
      `${name} carries an OSD, and no monitor answers that could say whether its data are needed: have them run first (deploy, with enable_ceph)`,
    ]
  return uuids.flatMap((uuid) => {
    const id = known.get(uuid)
    return id === undefined ? [] : [`${name} carries data of osd.${id}: remove-osd ${id} first`]
  })
}

/**
 * Identity → number, of the cluster's OSDs; none where there is no cluster, undefined where it does not answer. One that
 * is not enabled any more may be stopped only.
 */
async function knownOsds(cloud: CloudContext): Promise<ReadonlyMap<string, number> | undefined> {
  const hosts = cloud.cloud.groups.get('ceph-mon') ?? []
  for (const host of hosts) {
    try {
      const { osds } = await askMonitors<{ osds: readonly { osd: number; uuid: string }[] }>(
        cloud,
        host,
        'osd dump',
      )
      return new Map(osds.map(({ osd, uuid }) => [uuid, osd]))
    } catch (error) {
      if (!(error instanceof HostError)) throw error
    }
  }
  for (const host of hosts) {
    const { monitor } = await observeCeph(cloud.remote(host), { monitor: true })
    if (monitor?.joined) return undefined
  }
  return new Map()
}
