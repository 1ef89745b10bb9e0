import type { CatalogueEntry, Identity, ServiceDomain, ServiceUser } from '../catalog/identity.js'
import type { OpenStackApi } from './openstack-api.js'

/** What an identity is registered with. */
export interface Registration {
  readonly region: string
  /** Project and name of the administrator, who may be given further roles. */
  readonly admin: { readonly user: string; readonly project: string }
  /** The password behind a key in passwords.yml. */
  readonly secret: (key: string) => string
  /** Whether an account of that name in that domain's `service` project logs in by a password. */
  readonly isRight: (user: string, password: string) => Promise<boolean>
}

interface Named {
  readonly id: string
  readonly name?: string
}

interface Endpoint extends Named {
  readonly interface: string
  readonly region_id: string
  readonly url: string
}

const defaultDomain = { domain_id: 'default' }

/** Makes what is missing and mends what differs, everything side by side that does not need another; may run again. */
export async function register(
  api: OpenStackApi,
  identity: Identity,
  registration: Registration,
): Promise<void> {
  const { services, users, domains = [], adminRoles = [], roles = [] } = identity
  const names = new Set([...roles, ...adminRoles, ...users.flatMap((user) => user.roles)])
  const [project, ids] = await Promise.all([
    ensure(api, 'projects', { name: 'service', ...defaultDomain }),
    ensureRoles(api, [...names, ...(domains.length > 0 ? ['admin'] : [])]),
  ])
  const roleId = (name: string) => ids.get(name) ?? ''
  await Promise.all([
    ...services.map((entry) => registerEntry(api, entry, registration.region)),
    ...users.map(async (account) => {
      const user = await registerUser(api, account, defaultDomain, registration)
      await Promise.all(
        account.roles.map((role) =>
          api.call(
            'PUT',
            'identity',
            `projects/${project.id}/users/${user.id}/roles/${roleId(role)}`,
          ),
        ),
      )
    }),
    ...domains.map((domain) => registerDomain(api, domain, roleId('admin'), registration)),
    ...(adminRoles.length > 0 ? [grantAdmin(api, adminRoles.map(roleId), registration)] : []),
  ])
}

async function ensureRoles(api: OpenStackApi, names: readonly string[]) {
  const unique = [...new Set(names)]
  const found = await Promise.all(unique.map((name) => ensure(api, 'roles', { name })))
  return new Map(unique.map((name, index) => [name, found[index]?.id ?? '']))
}

async function registerEntry(
  api: OpenStackApi,
  { name, type, description, endpoints: wanted }: CatalogueEntry,
  region: string,
): Promise<void> {
  const service = await ensure(api, 'services', { name, type }, { description })
  const { endpoints } = await api.call<{ endpoints: readonly Endpoint[] }>(
    'GET',
    'identity',
    `endpoints?service_id=${service.id}`,
  )
  await Promise.all(
    Object.entries(wanted).map(async ([as, url]) => {
      const present = endpoints.find(({ interface: i, region_id: r }) => i === as && r === region)
      if (present?.url === url) return
      const endpoint = { interface: as, url, region_id: region, service_id: service.id }
      if (present) await api.call('PATCH', 'identity', `endpoints/${present.id}`, { endpoint })
      else await api.call('POST', 'identity', 'endpoints', { endpoint })
    }),
  )
}

async function registerUser(
  api: OpenStackApi,
  { name, password: key }: Pick<ServiceUser, 'name' | 'password'>,
  domain: { readonly domain_id: string },
  { secret, isRight }: Registration,
): Promise<Named> {
  const password = secret(key)
  const { made, ...user } = await ensure(api, 'users', { name, ...domain }, { password })
  const known = made || (domain === defaultDomain && (await isRight(name, password)))
  if (!known) await api.call('PATCH', 'identity', `users/${user.id}`, { user: { password } })
  return user
}

/** Its administrator's password is set each time: nobody can log in to a domain's project to try it, there is none. */
async function registerDomain(
  api: OpenStackApi,
  { name, description, admin }: ServiceDomain,
  adminRole: string,
  registration: Registration,
): Promise<void> {
  const domain = await ensure(api, 'domains', { name }, { description })
  const user = await registerUser(api, admin, { domain_id: domain.id }, registration)
  await api.call('PUT', 'identity', `domains/${domain.id}/users/${user.id}/roles/${adminRole}`)
}

async function grantAdmin(
  api: OpenStackApi,
  roles: readonly string[],
  { admin }: Registration,
): Promise<void> {
  const [user, project] = await Promise.all([
    ensure(api, 'users', { name: admin.user, ...defaultDomain }),
    ensure(api, 'projects', { name: admin.project, ...defaultDomain }),
  ])
  await Promise.all(
    roles.map((role) =>
      api.call('PUT', 'identity', `projects/${project.id}/users/${user.id}/roles/${role}`),
    ),
  )
}

/** The one thing that has these properties; it is made, with some more, if there is none. */
async function ensure(
  api: OpenStackApi,
  collection: string,
  properties: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<Named & { readonly made: boolean }> {
  const query = new URLSearchParams(properties).toString()
  const found = await api.call<Record<string, readonly Named[]>>(
    'GET',
    'identity',
    `${collection}?${query}`,
  )
  const [present] = found[collection] ?? []
  if (present) return { ...present, made: false }
  const kind = collection.replace(/s$/, '')
  const made = await api.call<Record<string, Named>>('POST', 'identity', collection, {
    [kind]: { ...properties, ...more },
  })
  const thing = made[kind]
  if (!thing) throw new Error(`Keystone made no ${kind}`)
  return { ...thing, made: true }
}
