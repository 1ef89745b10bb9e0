import { rgwName, swiftIdentity } from '../../src/catalog/ceph/rgw.js'
import type { CloudContexts, CloudRef } from '../cloud-context.js'
import { proveHealth, startContainer } from '../containers.js'
import { identify } from '../identity.js'
import { giveKey } from './monitors.js'

export function gatewayActivities(contexts: CloudContexts) {
  return {
    /** Gives a RADOS gateway its key and starts it. Returns when it answers. */
    async startCephRgw(ref: CloudRef, host: string, monitor: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const entity = rgwName(cloud.context(host).host)
      const place = {
        volume: 'ceph_rgw',
        path: `radosgw/ceph-${entity.replace('client.', '')}/keyring`,
      }
      await giveKey(
        cloud,
        { host, monitor, entity },
        ['mon', 'allow rw', 'osd', 'allow rwx'],
        place,
      )
      await startContainer(cloud, host, 'ceph_rgw')
      await proveHealth(cloud, host, 'ceph-rgw')
    },

    /** The object store in Keystone's catalogue, and the account that the gateways check tokens with. */
    async registerCephRgw(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await identify(cloud, host, 'ceph-rgw', swiftIdentity(cloud.cloud))
    },
  }
}
