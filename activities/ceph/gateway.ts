import { rgwName, swiftRegistration } from '../../src/catalog/ceph/rgw.js'
import { contextOf } from '../../src/catalog/host-view.js'
import { keystoneUrl } from '../../src/catalog/keystone.js'
import { KeystoneApi } from '../../src/host/keystone-api.js'
import { register } from '../../src/host/keystone-register.js'
import { issueToken } from '../../src/host/keystone-token.js'
import { password } from '../../src/model/passwords.js'
import { RemoteError } from '../../src/ssh/errors.js'
import type { CloudContexts, CloudRef } from '../cloud-context.js'
import { proveHealth, startContainer } from '../containers.js'
import { giveKey } from './monitors.js'

export function gatewayActivities(contexts: CloudContexts) {
  return {
    /** Gives a RADOS gateway its key and starts it. Returns when it answers. */
    async startCephRgw(ref: CloudRef, host: string, monitor: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const entity = rgwName(contextOf(cloud.cloud, cloud.found.hosts, host).host)
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
      const context = await contexts.get(ref)
      const { cloud } = context
      const { globals, passwords } = cloud
      const remote = context.remote(host)
      const url = keystoneUrl(cloud, 'internal')
      const api = await KeystoneApi.login(remote, {
        url,
        user: globals.keystone_admin_user,
        project: globals.keystone_admin_project,
        password: password(passwords, 'keystone_admin_password'),
      })
      const registration = swiftRegistration(cloud)
      const secret = password(passwords, 'ceph_rgw_keystone_password')
      const account = { url, user: registration.user, project: 'service', password: secret }
      await register(api, registration, {
        password: secret,
        isRight: async () => {
          try {
            await issueToken(remote, account)
            return true
          } catch (error) {
            if (error instanceof RemoteError) return false
            throw error
          }
        },
      })
    },
  }
}
