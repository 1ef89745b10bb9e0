import { password } from '../model/passwords.js'
import { maxActiveKeys } from './fernet-schedule.js'
import { mergedConf, overridden, overridesIn } from './overridden.js'
import { memcachedServers, transportUrl } from './oslo.js'
import type { Context } from './service.js'

/** Which files change it. */
export const keystoneConfig = mergedConf('keystone', 'keystone')
export const fernetConfig = mergedConf('keystone', 'keystone-fernet')

/** Settings of single domains, one file each, and what those name: `keystone.<domain>.conf`, a certificate. */
export const domains = { folder: 'keystone/domains', ending: '' } as const

export function keystoneConf(ctx: Context): string {
  return overridden(ctx, keystoneConfig, rendered(ctx))
}

/** What of it `keystone-manage fernet_rotate` reads: nothing about the database or the broker, and it seldom changes. */
export function rotationConf(ctx: Context): string {
  const read = ['[fernet_tokens]', '[fernet_receipts]']
  const sections = overridden(ctx, fernetConfig, rendered(ctx)).split(/^(?=\[)/m)
  return logFile + '\n' + sections.filter((it) => read.some((name) => it.startsWith(name))).join('')
}

const logFile = `[DEFAULT]
log_file = /var/log/kolla/keystone/keystone.log
`

function rendered(ctx: Context): string {
  const { globals } = ctx.host
  const transport = transportUrl(ctx)
  const caches = memcachedServers(ctx)
  const identity =
    overridesIn(ctx.cloud.overrides, domains).length === 0
      ? ''
      : '\n[identity]\ndomain_specific_drivers_enabled = true\ndomain_config_dir = /etc/keystone/domains\n'
  const fanout = globals.om_enable_rabbitmq_stream_fanout
    ? `rabbit_stream_fanout = true\nrabbit_qos_prefetch_count = ${globals.om_rabbitmq_qos_prefetch_count}\n`
    : ''
  return `${logFile}debug = ${globals.keystone_logging_debug ? 'True' : 'False'}
transport_url = ${transport}

[oslo_middleware]
enable_proxy_headers_parsing = true

[database]
connection = ${databaseUrl(ctx)}
connection_recycle_time = ${globals.database_connection_recycle_time}
max_pool_size = ${globals.database_max_pool_size}
max_retries = -1

[token]
revoke_by_id = false
provider = fernet
expiration = ${globals.fernet_token_expiry}
allow_expired_window = ${globals.fernet_token_allow_expired_window}

[fernet_tokens]
max_active_keys = ${maxActiveKeys(globals)}

[cache]
backend = oslo_cache.memcache_pool
enabled = ${caches !== ''}
memcache_servers = ${caches}

[oslo_messaging_notifications]
transport_url = ${transport}
driver = noop

[oslo_messaging_rabbit]
use_queue_manager = true
heartbeat_in_pthread = true
rabbit_quorum_queue = true
rabbit_transient_quorum_queue = true
${fanout}${identity}`
}

/** Not encoded: see `checkPasswords` about what Keystone does with a `%`. Only `$` needs doubling, for oslo.config. */
function databaseUrl(ctx: Context): string {
  const { globals } = ctx.host
  const secret = password(ctx.cloud.passwords, 'keystone_database_password').replaceAll('$', '$$$$')
  const server = `${globals.database_address}:${globals.database_port}`
  return `mysql+pymysql://${globals.keystone_database_user}:${secret}@${server}/${globals.keystone_database_name}`
}
