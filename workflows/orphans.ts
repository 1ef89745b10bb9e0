import { isCancellation, patched } from '@temporalio/workflow'
import type { CloudRef } from '../activities/index.js'
import type { Finding } from '../src/model/finding.js'
import { reasonOf } from './reason.js'
import type { Operation } from './operate.js'
import { step } from './steps.js'

/**
 * After a restore: what hosts and Ceph have and the database does not know any more. Where that can't be told, what was
 * restored is restored all the same.
 */
export async function findOrphans(
  { cloud, stages }: Pick<Operation, 'cloud' | 'stages'>,
  ref: CloudRef,
): Promise<readonly Finding[]> {
  if (!patched('list what a restored database does not know')) return []
  try {
    return await stages.run('Compare hosts and Ceph with the database', () =>
      step('listOrphans', cloud.name, ref),
    )
  } catch (error) {
    if (isCancellation(error)) throw error
    const message = `what was made since the backup is not listed: ${reasonOf(error)}; compare \`openstack server list --all-projects\` with \`docker exec nova_libvirt virsh list --all --uuid\` on compute hosts, and volumes and images with \`docker exec ceph_mon rbd --pool POOL ls\``
    return [{ severity: 'warning', message }]
  }
}
