import type {
  CatalogueEntry,
  CatalogueName,
  Identity,
  ServiceDomain,
  ServiceUser,
} from '../catalog/identity.js'
import { ApiError } from './openstack-api.js'
import type { OpenStackApi } from './openstack-api.js'

/** What an identity is registered with. */
export interface Registration {
  /** Name of the cloud: endpoints that it has made are known by that. */
  readonly cloud: string
  /** Whether it has registered this before: a version of ours that left no mark may have. */
  readonly wasHere: boolean
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

interface Service extends Named {
  readonly type: string
}

interface Endpoint extends Named {
  readonly service_id: string
  readonly interface: string
  readonly region_id: string
  readonly url: string
  /** Name of the cloud that has made it: Keystone keeps what else is told of an endpoint. */
  readonly kolla_temporal?: string
}

/** All of Keystone's catalogue. */
interface Catalogue {
  readonly services: readonly Service[]
  readonly endpoints: readonly Endpoint[]
}

const defaultDomain = { domain_id: 'default' }

/**
 * Makes what is missing, mends what differs and takes away what the release has no more, everything side by side that does
 * not need another; may run again. Each request is a login on the host: what can be asked for at once is. Returns what
 * others have registered for the same kinds of services, in sentences; it is left as it is.
 */
export async function register(
  api: OpenStackApi,
  identity: Identity,
  registration: Registration,
): Promise<string[]> {
  const { services, former = [], users, domains = [], adminRoles = [], roles = [] } = identity
  const names = new Set([...roles, ...adminRoles, ...users.flatMap((user) => user.roles)])
  const project = ensure(api, 'projects', { name: 'service', ...defaultDomain })
  const ids = ensureRoles(api, [...names, ...(domains.length > 0 ? ['admin'] : [])])
  const addresses = services.flatMap((entry) => Object.values(entry.endpoints).map(addressIn))
  const entries = services.length + former.length > 0 ? listCatalogue(api) : noCatalogue
  // Nobody may wait for them yet when they fail, which would end the process; whoever waits is told all the same.
  for (const begun of [project, ids, entries]) begun.catch(() => undefined)
  const grant = async (account: ServiceUser) => {
    const user = await registerUser(api, account, defaultDomain, registration)
    const [{ id }, roleIds] = await Promise.all([project, ids])
    await Promise.all(
      account.roles.map((role) =>
        putRole(api, `projects/${id}/users/${user.id}`, roleIds.get(role)),
      ),
    )
  }
  const [catalogue] = await Promise.all([
    entries,
    entries.then((all) =>
      Promise.all([
        ...services.map((entry) => registerEntry(api, entry, registration, all)),
        ...former.map((entry) => removeEntry(api, entry, addresses, registration, all)),
      ]),
    ),
    ...users.map(grant),
    ...domains.map((domain) => registerDomain(api, domain, ids, registration)),
    ...(adminRoles.length > 0 ? [grantAdmin(api, adminRoles, ids, registration)] : []),
  ])
  return services.flatMap((entry) => registeredBesides(entry, registration, catalogue))
}

const noCatalogue: Promise<Catalogue> = Promise.resolve({ services: [], endpoints: [] })

async function listCatalogue(api: OpenStackApi): Promise<Catalogue> {
  const [{ services }, { endpoints }] = await Promise.all([
    api.call<Pick<Catalogue, 'services'>>('GET', 'identity', 'services'),
    api.call<Pick<Catalogue, 'endpoints'>>('GET', 'identity', 'endpoints'),
  ])
  return { services, endpoints }
}

type RoleIds = ReadonlyMap<string, string>

async function ensureRoles(api: OpenStackApi, names: readonly string[]): Promise<RoleIds> {
  const unique = [...new Set(names)]
  const found = await Promise.all(unique.map((name) => ensure(api, 'roles', { name })))
  return new Map(unique.map((name, index) => [name, found[index]?.id ?? '']))
}

async function putRole(api: OpenStackApi, holder: string, role = ''): Promise<void> {
  await api.call('PUT', 'identity', `${holder}/roles/${role}`)
}

async function registerEntry(
  api: OpenStackApi,
  entry: CatalogueEntry,
  registration: Registration,
  catalogue: Catalogue,
): Promise<void> {
  const { name, type, description, endpoints: wanted } = entry
  const { region, cloud } = registration
  const mark = { kolla_temporal: cloud }
  const present = serviceOf(entry, catalogue)
  const { id } = present ?? (await make(api, 'services', { name, type, description }))
  await Promise.all(
    Object.entries(wanted).map(async ([as, url]) => {
      const ours = ourEndpoint(entry, as, registration, catalogue)
      if (ours?.url === url && ours.kolla_temporal === cloud) return
      const endpoint = { interface: as, url, region_id: region, service_id: id, ...mark }
      if (ours) await api.call('PATCH', 'identity', `endpoints/${ours.id}`, { endpoint })
      else await api.call('POST', 'identity', 'endpoints', { endpoint })
    }),
  )
}

/** Our endpoints of it go; it goes itself where nobody else has any. */
async function removeEntry(
  api: OpenStackApi,
  entry: CatalogueName,
  addresses: readonly string[],
  { region, cloud }: Registration,
  catalogue: Catalogue,
): Promise<void> {
  const service = serviceOf(entry, catalogue)
  if (!service) return
  const all = catalogue.endpoints.filter((it) => it.service_id === service.id)
  const own = all.filter(
    (it) =>
      it.region_id === region &&
      (it.kolla_temporal === cloud || addresses.includes(addressIn(it.url))),
  )
  // Keystone removes the endpoints of a service with it.
  const gone =
    own.length === all.length ? [`services/${service.id}`] : own.map(({ id }) => `endpoints/${id}`)
  await Promise.all(gone.map((path) => api.call('DELETE', 'identity', path)))
}

function serviceOf({ name, type }: CatalogueName, { services }: Catalogue): Service | undefined {
  return services.find((it) => it.name === name && it.type === type)
}

/**
 * Of several that are alike the one with our URL, or that this cloud has made, or, where somebody else has, that leads to
 * our addresses: the others lead elsewhere, and somebody wants that. The only one is ours where we have registered before.
 */
function ourEndpoint(
  entry: CatalogueEntry,
  as: string,
  { cloud, region, wasHere }: Pick<Registration, 'cloud' | 'region' | 'wasHere'>,
  catalogue: Catalogue,
): Endpoint | undefined {
  const service = serviceOf(entry, catalogue)
  const wanted = new Map(Object.entries(entry.endpoints))
  const addresses = [...wanted.values()].map(addressIn)
  const alike = catalogue.endpoints.filter(
    (it) => it.service_id === service?.id && it.region_id === region && it.interface === as,
  )
  const [first, second] = alike
  const isFormer = wasHere && second === undefined && first?.kolla_temporal === undefined
  return (
    alike.find((it) => it.url === wanted.get(as)) ??
    alike.find((it) => it.kolla_temporal === cloud) ??
    alike.find((it) => addresses.includes(addressIn(it.url))) ??
    (isFormer ? first : undefined)
  )
}

/** `cloud.example` of `http://cloud.example:9292/v3`. */
function addressIn(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : ''
}

/** Endpoints of the service, or of another one of its type, that are none of ours. */
function registeredBesides(
  entry: CatalogueEntry,
  registration: Registration,
  catalogue: Catalogue,
): string[] {
  const { type, endpoints: wanted } = entry
  const ours = Object.keys(wanted).map((as) => ourEndpoint(entry, as, registration, catalogue))
  const names = new Map(
    catalogue.services.filter((it) => it.type === type).map((it) => [it.id, it.name ?? it.id]),
  )
  return catalogue.endpoints
    .filter((it) => names.has(it.service_id) && !ours.includes(it))
    .map(
      (it) =>
        `Keystone's catalogue has an endpoint of type ${type} that is none of ours, and it stays: ${it.interface} of ${names.get(it.service_id) ?? ''} in ${it.region_id}, ${it.url}`,
    )
}

async function registerUser(
  api: OpenStackApi,
  { name, password: key }: Pick<ServiceUser, 'name' | 'password'>,
  domain: { readonly domain_id: string },
  { secret, isRight }: Registration,
): Promise<Named> {
  const password = secret(key)
  const [{ made, ...user }, logsIn] = await Promise.all([
    ensure(api, 'users', { name, ...domain }, { password }),
    domain === defaultDomain ? isRight(name, password) : false,
  ])
  if (!made && !logsIn)
    await api.call('PATCH', 'identity', `users/${user.id}`, { user: { password } })
  return user
}

/** Its administrator's password is set each time: nobody can log in to a domain's project to try it, there is none. */
async function registerDomain(
  api: OpenStackApi,
  { name, description, admin }: ServiceDomain,
  roles: Promise<RoleIds>,
  registration: Registration,
): Promise<void> {
  const domain = await ensure(api, 'domains', { name }, { description })
  const user = await registerUser(api, admin, { domain_id: domain.id }, registration)
  await putRole(api, `domains/${domain.id}/users/${user.id}`, (await roles).get('admin'))
}

async function grantAdmin(
  api: OpenStackApi,
  names: readonly string[],
  roles: Promise<RoleIds>,
  { admin }: Registration,
): Promise<void> {
  const [user, project, ids] = await Promise.all([
    ensure(api, 'users', { name: admin.user, ...defaultDomain }),
    ensure(api, 'projects', { name: admin.project, ...defaultDomain }),
    roles,
  ])
  await Promise.all(
    names.map((name) => putRole(api, `projects/${project.id}/users/${user.id}`, ids.get(name))),
  )
}

/** The one thing that has these properties; it is made, with some more, if there is none. */
async function ensure(
  api: OpenStackApi,
  collection: string,
  properties: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<Named & { readonly made: boolean }> {
  const query = `${collection}?${new URLSearchParams(properties).toString()}`
  const find = async () =>
    (await api.call<Record<string, readonly Named[]>>('GET', 'identity', query))[collection]?.[0]
  const present = await find()
  if (present) return { ...present, made: false }
  try {
    return { ...(await make(api, collection, { ...properties, ...more })), made: true }
  } catch (error) {
    // Services are registered side by side, and some things are for all of them: another one has made it meanwhile.
    const others = error instanceof ApiError && error.status === 409 ? await find() : undefined
    if (!others) throw error
    return { ...others, made: false }
  }
}

async function make(
  api: OpenStackApi,
  collection: string,
  properties: Readonly<Record<string, string>>,
): Promise<Named> {
  const kind = collection.replace(/s$/, '')
  const made = await api.call<Record<string, Named>>('POST', 'identity', collection, {
    [kind]: properties,
  })
  const thing = made[kind]
  if (!thing) throw new Error(`Keystone made no ${kind}`)
  return thing
}
