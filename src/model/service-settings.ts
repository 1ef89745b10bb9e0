import { dimensions } from './dimensions.js'
import { account, count, port, setting, text, yesNo } from './setting.js'

/*
 * What kolla-ansible's roles have in common: the same settings under another name. A service adds what is its own.
 */

const tag = () => setting(text, '{{ openstack_tag }}')
const optionalCount = () => setting(count.optional())

type Named<Suffix extends string, Name extends string, Value> = {
  readonly [Key in `${Name}${Suffix}`]: Value
}

type ServiceSettings<Name extends string> = Named<'_tag', Name, ReturnType<typeof tag>> &
  Named<'_logging_debug', Name, ReturnType<typeof debug>>

type AccountSettings<Name extends string> = Named<
  '_keystone_user' | '_database_name' | '_database_user',
  Name,
  ReturnType<typeof accountOf>
>

type ContainerSettings<Name extends string> = Named<
  '_dimensions',
  Name,
  ReturnType<typeof dimensionsOf>
> &
  Named<'_enable_healthchecks', Name, ReturnType<typeof healthchecks>>

type ListenerSettings<Name extends string> = ContainerSettings<Name> &
  Named<'_port' | '_listen_port', Name, ReturnType<typeof portOf>>

type ApiSettings<Name extends string> = ListenerSettings<Name> &
  Named<'_public_port', Name, ReturnType<typeof portOf>> &
  Named<'_workers', Name, ReturnType<typeof optionalCount>>

const debug = () => setting(yesNo, '{{ openstack_logging_debug }}')
const accountOf = (name: string) => setting(account, name)
const dimensionsOf = () => setting(dimensions, '{{ default_container_dimensions }}')
const healthchecks = () => setting(yesNo, '{{ enable_container_healthchecks }}')
const portOf = (initial: number | string) => setting(port, initial)

/** `glance`: `glance_tag`, `glance_logging_debug`. */
export function serviceSettings<const Name extends string>(name: Name): ServiceSettings<Name> {
  return { [`${name}_tag`]: tag(), [`${name}_logging_debug`]: debug() } as ServiceSettings<Name>
}

/** `nova`, `nova_compute`: the tags of single images of a service, by default the service's own. */
export function imageTags<const Name extends string>(
  service: string,
  ...names: readonly Name[]
): Named<'_tag', Name, ReturnType<typeof tag>> {
  const entries = names.map((name) => [`${name}_tag`, setting(text, `{{ ${service}_tag }}`)])
  return Object.fromEntries(entries) as Named<'_tag', Name, ReturnType<typeof tag>>
}

/** `glance`: its account in Keystone, its database and the account there. */
export function accountSettings<const Name extends string>(name: Name): AccountSettings<Name> {
  return Object.fromEntries(
    ['keystone_user', 'database_name', 'database_user'].map((key) => [
      `${name}_${key}`,
      accountOf(name),
    ]),
  ) as AccountSettings<Name>
}

/** `cinder_volume`: dimensions and health checks of a container. */
export function containerSettings<const Name extends string>(name: Name): ContainerSettings<Name> {
  return {
    [`${name}_dimensions`]: dimensionsOf(),
    [`${name}_enable_healthchecks`]: healthchecks(),
  } as ContainerSettings<Name>
}

/** `neutron_l3_agent`: as `containerSettings`, with the dimensions that Neutron's agents have in common. */
export function agentSettings<const Name extends `neutron_${string}`>(
  name: Name,
): ContainerSettings<Name> {
  return {
    ...containerSettings(name),
    [`${name}_dimensions`]: setting(dimensions, '{{ neutron_agent_dimensions }}'),
  }
}

/** `nova_metadata`: a container, where it listens and where it is reached. */
export function listenerSettings<const Name extends string>(
  name: Name,
  at: number,
): ListenerSettings<Name> {
  return {
    ...containerSettings(name),
    [`${name}_port`]: portOf(at),
    [`${name}_listen_port`]: portOf(`{{ ${name}_port }}`),
  } as unknown as ListenerSettings<Name>
}

/** `glance_api`: a listener with a port of its own on the external address, and how many processes it has. */
export function apiSettings<const Name extends string>(name: Name, at: number): ApiSettings<Name> {
  return {
    ...listenerSettings(name, at),
    [`${name}_public_port`]: portOf(`{{ ${name}_port }}`),
    [`${name}_workers`]: optionalCount(),
  } as unknown as ApiSettings<Name>
}
