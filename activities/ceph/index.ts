import type { CloudContexts } from '../cloud-context.js'
import { clientActivities } from './clients.js'
import { gatewayActivities } from './gateway.js'
import { healthActivities } from './health.js'
import { monitorActivities } from './monitors.js'
import { networkActivities } from './network.js'
import { osdActivities } from './osds.js'
import { poolActivities } from './pools.js'
import { removalActivities } from './removal.js'
import { cephUpgradeActivities } from './upgrade.js'
import { wipingActivities } from './wiping.js'

/** Ceph's protocol: one cluster for ever, keys that only hosts hold, OSDs that are their partitions. */
export function cephActivities(contexts: CloudContexts) {
  return {
    ...monitorActivities(contexts),
    ...osdActivities(contexts),
    ...networkActivities(contexts),
    ...poolActivities(contexts),
    ...removalActivities(contexts),
    ...wipingActivities(contexts),
    ...healthActivities(contexts),
    ...clientActivities(contexts),
    ...gatewayActivities(contexts),
    ...cephUpgradeActivities(contexts),
  }
}
