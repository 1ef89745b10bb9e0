import type { Identity } from '../src/catalog/identity.js'
import { register } from '../src/host/keystone-register.js'
import { issueToken } from '../src/host/keystone-token.js'
import { isNoted } from '../src/host/one-shot-notes.js'
import { password } from '../src/model/passwords.js'
import { RemoteError } from '../src/ssh/errors.js'
import type { CloudContext } from './cloud-context.js'
import { administer, administrator } from './openstack.js'

/**
 * Gives Keystone a service's accounts and its place in the catalogue, asked from the host that keeps its notes. Returns what others have
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
  const [api, wasHere] = await Promise.all([
    administer(context, host),
    isNoted(remote, service, 'identity'),
  ])
  return register(api, identity, {
    cloud: context.cloud.name,
    wasHere,
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
