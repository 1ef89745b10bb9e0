/** What a service is to Keystone: its place in the catalogue and the accounts that it works with. */
export interface Identity {
  readonly services: readonly CatalogueEntry[]
  /** Of an earlier release, with their endpoints: they leave Keystone's catalogue. */
  readonly former?: readonly Pick<CatalogueEntry, 'name' | 'type'>[]
  readonly users: readonly ServiceUser[]
  /** Roles that must be there besides those of `users`. */
  readonly roles?: readonly string[]
  /** Roles of the administrator in the administrator's project, besides `admin`. */
  readonly adminRoles?: readonly string[]
  /** Domains for users of the service's own making, each with its administrator. */
  readonly domains?: readonly ServiceDomain[]
}

/** A service of Keystone's catalogue, in the cloud's region. */
export interface CatalogueEntry {
  /** `glance` of type `image`. */
  readonly name: string
  readonly type: string
  readonly description: string
  readonly endpoints: Readonly<Record<'internal' | 'public', string>>
}

/** In the domain `default`, with roles in the project `service`. */
export interface ServiceUser {
  readonly name: string
  /** Key in passwords.yml. */
  readonly password: string
  readonly roles: readonly string[]
}

export interface ServiceDomain {
  readonly name: string
  readonly description: string
  /** Has the role `admin` on the domain. */
  readonly admin: Pick<ServiceUser, 'name' | 'password'>
}
