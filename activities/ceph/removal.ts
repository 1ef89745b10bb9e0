import { ApplicationFailure } from '@temporalio/common'
import { cephFsid } from '../../src/catalog/ceph/conf.js'
import { osdName } from '../../src/catalog/ceph/osd.js'
import { hostViews, shortHostname } from '../../src/catalog/host-view.js'
import { stopAndRemove } from '../../src/docker/containers.js'
import { blankPartition } from '../../src/host/ceph/blank-partition.js'
import { observeCeph } from '../../src/host/ceph/observe-ceph.js'
import { leaveNote, removeNote } from '../../src/host/notes.js'
import { partitionsOf } from '../../src/plan/ceph/osds.js'
import { whyKept } from '../../src/plan/ceph/removal.js'
import type { CrushRule, OsdPool, OsdTree, OsdUsage } from '../../src/plan/ceph/removal.js'
import { notes } from '../../src/plan/drained.js'
import { RemoteError } from '../../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from '../cloud-context.js'
import { askCeph, askCephJson, askMonitors, awaitGrant } from './ask.js'
import { report } from '../progress.js'

/** An OSD that is to go. */
export interface OsdPlace {
  readonly id: number
  readonly uuid: string
  /** Inventory name; undefined where its host is none of this cloud's any more. */
  readonly host?: string
  /** Whether it took data before. */
  readonly in: boolean
}

/** A day: a large disk takes its time. */
const DRAINING = 24 * 3600_000

export function removalActivities(contexts: CloudContexts) {
  return {
    /** Where an OSD is. @throws ApplicationFailure `BadInput` if there is none, or if the others can't take over */
    async inspectOsd(ref: CloudRef, monitor: string, id: number): Promise<OsdPlace> {
      const cloud = await contexts.get(ref)
      const osds = await osdsOf(cloud, monitor)
      const osd = osds.find((it) => it.osd === id)
      if (!osd) {
        const known = osds.map((it) => it.osd).join(', ') || 'none'
        throw badInput(`there is no osd.${id}: the OSDs are ${known}`)
      }
      if (!(await isSafe(cloud, monitor, id))) {
        const ask = <T>(question: string) => askCephJson<T>(cloud, monitor, ...question.split(' '))
        const [tree, usage, pools, rules] = await Promise.all([
          ask<OsdTree>('osd tree'),
          ask<OsdUsage>('osd df'),
          ask<OsdPool[]>('osd pool ls detail'),
          ask<CrushRule[]>('osd crush rule dump'),
        ])
        const reason = whyKept(id, { tree, usage, pools, rules })
        if (reason !== undefined) throw badInput(reason)
      }
      const found = await askCephJson<{ crush_location: { host?: string } }>(
        cloud,
        monitor,
        'osd',
        'find',
        String(id),
      )
      const host = hostViews(cloud.cloud, cloud.found.hosts).find(
        (view) => shortHostname(view) === found.crush_location.host,
      )
      return { id, uuid: osd.uuid, in: osd.in === 1, ...(host && { host: host.name }) }
    },

    /** Has the others take over what an OSD holds, and waits until none of it would be lost with it. */
    async drainOsd(ref: CloudRef, monitor: string, id: number): Promise<void> {
      const cloud = await contexts.get(ref)
      const osd = (await osdsOf(cloud, monitor)).find((it) => it.osd === id)
      // One that was out before is nobody's to give back.
      if (osd?.in === 1) await leaveNote(cloud.remote(monitor), notes.out(id))
      await askCeph(cloud, monitor, ['osd', 'out', String(id)])
      await awaitGrant(cloud, monitor, ['osd', 'safe-to-destroy', String(id)], {
        title: `osd.${id} is drained`,
        timeoutMs: DRAINING,
      })
    },

    /** Takes `drainOsd` back. */
    async takeOsdIn(ref: CloudRef, monitor: string, id: number): Promise<void> {
      const cloud = await contexts.get(ref)
      await askCeph(cloud, monitor, ['osd', 'in', String(id)])
      await removeNote(cloud.remote(monitor), notes.out(id))
    },

    /** Takes a drained OSD away: container, partitions, place in the cluster. What it held is elsewhere by now. */
    async destroyOsd(ref: CloudRef, monitor: string, { id, uuid, host }: OsdPlace): Promise<void> {
      const cloud = await contexts.get(ref)
      if (!(await isSafe(cloud, monitor, id)))
        throw new Error(`osd.${id} holds data that is nowhere else`)
      if (host !== undefined) {
        report(`stopping osd.${id}`)
        await stopAndRemove(cloud.engine(host), osdName(id))
        const seen = await observeCeph(cloud.remote(host), { disks: [] })
        const own = partitionsOf(seen).filter(({ bluestore }) => bluestore?.osdUuid === uuid)
        const foreign = own.find(
          ({ bluestore: label }) => label?.fsid !== undefined && label.fsid !== cephFsid(cloud),
        )
        if (foreign) throw new Error(`${foreign.device} belongs to another cluster`)
        // The journal first: whose it is stands in both, and the OSD's own partition is what is looked for.
        const journalsFirst = [...own].sort(
          (a, b) => Number(a.bluestore?.role === 'main') - Number(b.bluestore?.role === 'main'),
        )
        for (const partition of journalsFirst) {
          report(`blanking ${partition.device}`)
          await blankPartition(cloud.remote(host), partition, uuid)
        }
      }
      await askCeph(cloud, monitor, ['osd', 'purge', String(id), '--yes-i-really-mean-it'])
      await removeNote(cloud.remote(monitor), notes.out(id))
    },
  }
}

interface ListedOsd {
  readonly osd: number
  readonly uuid: string
  readonly in: 0 | 1
}

async function osdsOf(cloud: CloudContext, monitor: string): Promise<readonly ListedOsd[]> {
  const dump = await askMonitors<{ osds: readonly ListedOsd[] }>(cloud, monitor, 'osd dump')
  return dump.osds
}

async function isSafe(cloud: CloudContext, monitor: string, id: number): Promise<boolean> {
  try {
    await askCeph(cloud, monitor, ['osd', 'safe-to-destroy', String(id)])
    return true
  } catch (error) {
    if (error instanceof RemoteError) return false
    throw error
  }
}

function badInput(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'BadInput', [{ severity: 'error', message }])
}
