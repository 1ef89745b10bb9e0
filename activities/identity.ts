import type { Identity } from '../src/catalog/identity.js'
import { register } from '../src/host/keystone-register.js'
import { isNoted } from '../src/host/one-shot-notes.js'
import { issueToken } from '../src/host/keystone-token.js'
import { password } from '../src/model/passwords.js'
import { RemoteError } from '../src/ssh/errors.js'
import type { CloudContext } from './cloud-context.js'
import { administer, administrator } from './openstack.js'

/**
 * Gives Keystone a service's accounts and its place in the catalogue, asked from a host. Returns what others have
 * registered beside it, in sentences.
 */
export async function identify(
  context: CloudContext,
  host: string,
  service: string,
  identity: Identity,
): Promise<string[]> {
  const remote = context.remote(host)
  const { url, user, project, region } = administrator(context)
  return register(await administer(context, host), identity, {
    cloud: context.cloud.name,
    wasHere: await isNoted(remote, service, 'identity'),
    region,
    admin: { user, project },
    secret: (key) => password(context.cloud.passwords, key),
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
