import { leaveNote, removeNote } from '../../src/host/notes.js'
import { notes } from '../../src/plan/drained.js'
import { HostUnreachable } from '../../src/ssh/errors.js'
import { allEnded } from '../all-ended.js'
import type { CloudContext } from '../cloud-context.js'
import { askCeph, askCephJson, askMonitors } from './ask.js'

/** Where Ceph keeps that we have set `noout`: else an operator's own would be taken away. */
const mark = 'kolla_temporal/noout'

/** OSDs that are away for a moment are not taken for lost, until `unsetNoout`. An operator's own flag stays his. */
export async function setNoout(cloud: CloudContext): Promise<void> {
  const monitor = await answering(cloud)
  const { flags } = await askMonitors<{ flags: string }>(cloud, monitor, 'osd dump')
  if (flags.split(',').includes('noout') && !(await isMarked(cloud, monitor))) return
  await leaveNote(cloud.remote(monitor), notes.noout)
  await askCeph(cloud, monitor, ['config-key', 'set', mark, 'yes'])
  await askCeph(cloud, monitor, ['osd', 'set', 'noout'])
}

export async function unsetNoout(cloud: CloudContext): Promise<void> {
  const monitor = await answering(cloud)
  if (await isMarked(cloud, monitor)) {
    await askCeph(cloud, monitor, ['osd', 'unset', 'noout'])
    await askCeph(cloud, monitor, ['config-key', 'rm', mark])
  }
  // Another monitor may have answered when it was noted.
  await allEnded(
    cloud
      .members('ceph-mon')
      .map((host) => removeNote(cloud.remote(host), notes.noout).catch(unlessAway)),
  )
}

/** A note that stays on a host which is away is in the next plan, and does no harm there. */
function unlessAway(error: unknown): void {
  if (!(error instanceof HostUnreachable)) throw error
}

/**
 * Ceph moves no data about for these OSDs while `body` has them away. The flag is each OSD's own: what an operator has
 * set for the whole cluster stays as it is.
 */
export async function withNoout<T>(
  cloud: CloudContext,
  monitor: string,
  ids: readonly number[],
  body: () => Promise<T>,
): Promise<T> {
  const osds = ids.map((id) => `osd.${id}`)
  const remote = cloud.remote(monitor)
  for (const id of ids) await leaveNote(remote, notes.nooutOf(id))
  await askCeph(cloud, monitor, ['osd', 'add-noout', ...osds])
  try {
    return await body()
  } finally {
    await askCeph(cloud, monitor, ['osd', 'rm-noout', ...osds])
    for (const id of ids) await removeNote(remote, notes.nooutOf(id))
  }
}

/** A monitor to ask: not one that an upgrade has just broken. */
export async function answering(cloud: CloudContext): Promise<string> {
  const [first = '', ...others] = cloud.members('ceph-mon')
  for (const host of others.reverse()) {
    const answers = await askCeph(cloud, host, ['mon', 'stat']).catch(() => undefined)
    if (answers !== undefined) return host
  }
  return first
}

async function isMarked(cloud: CloudContext, monitor: string): Promise<boolean> {
  const keys = await askCephJson<readonly string[]>(cloud, monitor, 'config-key', 'ls')
  return keys.includes(mark)
}
