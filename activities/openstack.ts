import { keystoneUrl } from '../src/catalog/keystone-url.js'
import { OpenStackApi } from '../src/host/openstack-api.js'
import type { Account } from '../src/host/openstack-api.js'
import { password } from '../src/model/passwords.js'
import type { CloudContext } from './cloud-context.js'

/** The administrator's account, at the floating address. */
export function administrator({ cloud }: CloudContext): Account {
  const { globals, passwords } = cloud
  return {
    url: keystoneUrl(cloud, 'internal'),
    user: globals.keystone_admin_user,
    project: globals.keystone_admin_project,
    password: password(passwords, 'keystone_admin_password'),
    region: globals.openstack_region_name,
  }
}

/** OpenStack's APIs as the administrator sees them, asked from a host; by default from Keystone's first. */
export async function administer(
  context: CloudContext,
  host = context.members('keystone')[0] ?? '',
): Promise<OpenStackApi> {
  return OpenStackApi.login(context.remote(host), administrator(context))
}
