/** What a service is to Keystone: its place in the catalogue and the accounts that it works with. */
export interface Identity {
  readonly services: readonly CatalogueEntry[]
  /** Of an earlier release: they leave Keystone's catalogue, with our endpoints of them. */
  readonly former?: readonly CatalogueName[]
  readonly users: readonly ServiceUser[]
  /** Roles that must be there besides those of `users`. */
  readonly roles?: readonly string[]
  /** Roles of the administrator in the administrator's project, besides `admin`. */
  readonly adminRoles?: readonly string[]
  /** Domains for users of the service's own making, each with its administrator. */
  readonly domains?: readonly ServiceDomain[]
}

/** `glance` of type `image`. */
export interface CatalogueName {
  readonly name: string
  readonly type: string
}

/** A service of Keystone's catalogue, in the cloud's region. */
export interface CatalogueEntry extends CatalogueName {
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
