import type { CloudContext } from '../cloud-context.js'
import { askCeph } from './ask.js'

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
  await askCeph(cloud, monitor, ['osd', 'add-noout', ...osds])
  try {
    return await body()
  } finally {
    await askCeph(cloud, monitor, ['osd', 'rm-noout', ...osds])
  }
}
