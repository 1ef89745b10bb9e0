import type { KeystoneApi } from './keystone-api.js'

/** A service as Keystone's catalogue and accounts shall have it. */
export interface Registration {
  /** `swift` of type `object-store`. */
  readonly name: string
  readonly type: string
  readonly description: string
  readonly region: string
  /** Interface → URL. */
  readonly endpoints: Readonly<Record<'internal' | 'public', string>>
  /** Account that the service checks tokens with, in the project `service`. */
  readonly user: string
  readonly role: string
}

interface Named {
  readonly id: string
}

interface Endpoint extends Named {
  readonly interface: string
  readonly region_id: string
  readonly url: string
}

/**
 * Makes what is missing and mends what differs; may run again.
 *
 * @param password of the account; it is set anew only if `isRight` says that it is not the right one
 */
export async function register(
  api: KeystoneApi,
  registration: Registration,
  account: { readonly password: string; readonly isRight: () => Promise<boolean> },
): Promise<void> {
  // One after the other: a second attempt must not meet half of the first, for Keystone takes two services of one name.
  await registerEndpoints(api, registration)
  await registerAccount(api, registration, account)
}

async function registerEndpoints(api: KeystoneApi, it: Registration): Promise<void> {
  const { name, type, description, region } = it
  const service = await ensure(api, 'services', { name, type }, { description })
  const { endpoints } = await api.call<{ endpoints: readonly Endpoint[] }>(
    'GET',
    `endpoints?service_id=${service.id}`,
  )
  for (const [as, url] of Object.entries(it.endpoints)) {
    const present = endpoints.find(({ interface: i, region_id: r }) => i === as && r === region)
    if (present?.url === url) continue
    const endpoint = { interface: as, url, region_id: region, service_id: service.id }
    if (present) await api.call('PATCH', `endpoints/${present.id}`, { endpoint })
    else await api.call('POST', 'endpoints', { endpoint })
  }
}

async function registerAccount(
  api: KeystoneApi,
  { user: name, role }: Registration,
  { password, isRight }: { readonly password: string; readonly isRight: () => Promise<boolean> },
): Promise<void> {
  const domain = { domain_id: 'default' }
  const project = await ensure(api, 'projects', { name: 'service', ...domain })
  const roleId = (await ensure(api, 'roles', { name: role })).id
  const user = await ensure(api, 'users', { name, ...domain }, { password })
  await api.call('PUT', `projects/${project.id}/users/${user.id}/roles/${roleId}`)
  if (!(await isRight())) await api.call('PATCH', `users/${user.id}`, { user: { password } })
}

/** The one thing that has these properties; it is made, with some more, if there is none. */
async function ensure(
  api: KeystoneApi,
  collection: string,
  properties: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<Named> {
  const query = new URLSearchParams(properties).toString()
  const found = await api.call<Record<string, readonly Named[]>>('GET', `${collection}?${query}`)
  const [present] = found[collection] ?? []
  if (present) return present
  const kind = collection.replace(/s$/, '')
  const made = await api.call<Record<string, Named>>('POST', collection, {
    [kind]: { ...properties, ...more },
  })
  const thing = made[kind]
  if (!thing) throw new Error(`Keystone made no ${kind}`)
  return thing
}
