import { keystoneUrl } from '../src/catalog/keystone-url.js'
import type { Identity } from '../src/catalog/identity.js'
import { KeystoneApi } from '../src/host/keystone-api.js'
import { register } from '../src/host/keystone-register.js'
import { issueToken } from '../src/host/keystone-token.js'
import { password } from '../src/model/passwords.js'
import { RemoteError } from '../src/ssh/errors.js'
import type { CloudContext } from './cloud-context.js'

/** Gives Keystone a service's accounts and its place in the catalogue, asked from a host. */
export async function identify(
  context: CloudContext,
  host: string,
  identity: Identity,
): Promise<void> {
  const { cloud } = context
  const { globals, passwords } = cloud
  const remote = context.remote(host)
  const url = keystoneUrl(cloud, 'internal')
  const admin = { user: globals.keystone_admin_user, project: globals.keystone_admin_project }
  const secret = (key: string) => password(passwords, key)
  const api = await KeystoneApi.login(remote, {
    url,
    ...admin,
    password: secret('keystone_admin_password'),
  })
  await register(api, identity, {
    region: globals.openstack_region_name,
    admin,
    secret,
    isRight: async (user, secret) => {
      try {
        await issueToken(remote, { url, user, project: 'service', password: secret })
        return true
      } catch (error) {
        if (error instanceof RemoteError) return false
        throw error
      }
    },
  })
}
