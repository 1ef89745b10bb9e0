import type { Finding } from '../../src/model/finding.js'
import { describeHealth } from '../../src/plan/ceph/health.js'
import type { CephStatus } from '../../src/plan/ceph/health.js'
import type { CloudContexts, CloudRef } from '../cloud-context.js'
import { report } from '../progress.js'
import { askMonitors, awaitCeph } from './ask.js'

/** How long a change may take until the cluster has settled, in milliseconds. */
const SETTLING = 120_000

export function healthActivities(contexts: CloudContexts) {
  return {
    /**
     * Proves by Ceph's own word that the cluster works. What is only a warning is waited for as long as it may go by
     * itself, and then told.
     *
     * @throws RemoteTimeout when it is in error
     */
    async verifyCeph(ref: CloudRef, host: string, changed: boolean): Promise<readonly Finding[]> {
      const cloud = await contexts.get(ref)
      const wanted = cloud.members('ceph-mon').length
      let last: readonly string[] = []
      const deadline = Date.now() + (changed ? SETTLING : 0)
      await awaitCeph(
        'Ceph healthy',
        host,
        async () => {
          const status = await askMonitors<CephStatus>(cloud, host, 'status')
          const { summary, errors, warnings } = describeHealth(status, wanted)
          report([summary, ...errors, ...warnings].join('; '))
          last = warnings
          if (errors.length > 0) return errors.join('; ')
          return warnings.length > 0 && Date.now() < deadline ? warnings.join('; ') : ''
        },
        SETTLING,
      )
      return last.map((message) => ({ severity: 'warning', message: `Ceph: ${message}` }))
    },
  }
}
