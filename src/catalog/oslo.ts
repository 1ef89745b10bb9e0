import type { Cloud } from '../model/cloud.js'
import { password } from '../model/passwords.js'
import { addressOf } from './host-view.js'
import { keystoneUrl } from './keystone-url.js'
import type { NameBefore } from './kolla-config.js'
import type { Context, Database } from './service.js'

/*
 * Sections that the configuration of OpenStack's services has in common, as kolla-ansible's roles render them. Each ends
 * with a line of its own; a service adds what is its own.
 */

/** Services with an account in Keystone and a database of their own name. */
export type Account = NameBefore<'_keystone_user'> & NameBefore<'_database_name'>

/** A password for a file that oslo.config reads, where `$` begins a reference. */
export function secret({ passwords }: Pick<Cloud, 'passwords'>, key: string): string {
  return password(passwords, key).replaceAll('$', '$$$$')
}

/** Lines of a section: `name = value`; those without value are left out. */
export function section(
  name: string,
  options: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const lines = Object.entries(options).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} = ${value}`],
  )
  return [`[${name}]`, ...lines, '', ''].join('\n')
}

export function database(ctx: Context, service: Account): string {
  const { globals } = ctx.host
  return section('database', {
    connection: databaseUrl(ctx, service),
    connection_recycle_time: globals.database_connection_recycle_time,
    max_pool_size: globals.database_max_pool_size,
    max_retries: -1,
  })
}

/** The database that a service has to itself, by kolla-ansible's names. */
export const ownDatabase =
  (service: NameBefore<'_database_name'> & NameBefore<'_database_user'>) =>
  ({ globals }: Cloud): readonly Database[] => [
    {
      name: globals[`${service}_database_name`],
      user: globals[`${service}_database_user`],
      password: `${service}_database_password`,
    },
  ]

export function databaseUrl(ctx: Context, service: Account): string {
  const { globals } = ctx.host
  return urlOfDatabase(ctx, {
    name: globals[`${service}_database_name`],
    user: globals[`${service}_database_user`],
    password: `${service}_database_password`,
  })
}

/** Not encoded: see `checkPasswords` about what schema migrations do with a `%`. */
export function urlOfDatabase(ctx: Context, { name, user, password: key }: Database): string {
  const { globals } = ctx.host
  const server = `${globals.database_address}:${globals.database_port}`
  return `mysql+pymysql://${user}:${secret(ctx.cloud, key)}@${server}/${name}`
}

/** How a service checks tokens: by its own account, keeping what it has seen in memcached. */
export function keystoneAuthtoken(
  ctx: Context,
  service: Account,
  serviceType: string,
  more: Readonly<Record<string, string | boolean>> = {},
): string {
  const { globals } = ctx.host
  return section('keystone_authtoken', {
    service_type: serviceType,
    ...more,
    www_authenticate_uri: keystoneUrl(ctx.cloud, 'public'),
    ...login(ctx, service),
    region_name: globals.openstack_region_name,
    memcache_security_strategy: globals.memcache_security_strategy,
    memcache_secret_key: secret(ctx.cloud, 'memcache_secret_key'),
    memcached_servers: memcachedServers(ctx),
  })
}

/** Options by which one service logs in to Keystone for another. */
export function login(ctx: Context, service: Exclude<NameBefore<'_keystone_user'>, 'ceph_rgw'>) {
  return {
    auth_url: keystoneUrl(ctx.cloud, 'internal'),
    auth_type: 'password',
    project_domain_id: 'default',
    user_domain_id: 'default',
    project_name: 'service',
    username: ctx.host.globals[`${service}_keystone_user`],
    password: secret(ctx.cloud, `${service}_keystone_password`),
  }
}

export function memcachedServers(ctx: Context): string {
  return ctx
    .members('memcached')
    .map((member) => `${addressOf(member)}:${member.globals.memcached_port}`)
    .join(',')
}

export function cache(ctx: Context): string {
  const servers = memcachedServers(ctx)
  return section('cache', {
    backend: 'oslo_cache.memcache_pool',
    enabled: servers !== '',
    memcache_servers: servers,
  })
}

export const middleware = section('oslo_middleware', { enable_proxy_headers_parsing: true })

export function concurrency(folder: string): string {
  return section('oslo_concurrency', { lock_path: `/var/lib/${folder}/tmp` })
}

/**
 * Messages: nobody listens to notifications.
 *
 * @param processname of a uWSGI process, which could not be told from others that share `/dev/shm`; it is also one whose
 *   heartbeats need a thread of their own, as a rule
 */
export function messaging(
  ctx: Context,
  processname?: string,
  heartbeatInThread = processname !== undefined,
): string {
  const { globals } = ctx.host
  const isFanout = globals.om_enable_rabbitmq_stream_fanout
  return (
    section('oslo_messaging_notifications', { transport_url: transportUrl(ctx), driver: 'noop' }) +
    section('oslo_messaging_rabbit', {
      use_queue_manager: true,
      processname,
      heartbeat_in_pthread: heartbeatInThread,
      rabbit_quorum_queue: true,
      rabbit_stream_fanout: isFanout ? true : undefined,
      rabbit_qos_prefetch_count: isFanout ? globals.om_rabbitmq_qos_prefetch_count : undefined,
      rabbit_transient_quorum_queue: true,
    })
  )
}

/** Encoded, so that no character of a password ends the URL or is taken by oslo.config for a reference (`$`). */
export function transportUrl(ctx: Context): string {
  const rabbit = encodeURIComponent(password(ctx.cloud.passwords, 'rabbitmq_password'))
  const members = ctx.members('rabbitmq').map((member) => {
    const { rabbitmq_user, rabbitmq_port } = member.globals
    return `${encodeURIComponent(rabbitmq_user)}:${rabbit}@${addressOf(member)}:${rabbitmq_port}`
  })
  return `rabbit://${members.join(',')}//`
}

/** As Python writes it. */
export const pythonBool = (value: boolean) => (value ? 'True' : 'False')
