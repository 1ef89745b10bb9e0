import { defaultWorkers } from '../api.js'
import { addressOf } from '../host-view.js'
import {
  concurrency,
  login,
  messaging,
  secret,
  section,
  transportUrl,
  urlOfDatabase,
} from '../oslo.js'
import { confAndPolicy, operatorsFiles } from '../openstack-container.js'
import type { OperatorsFile } from '../openstack-container.js'
import type { Context, Database } from '../service.js'

/*
 * Sections of `nova.conf` that the API's side and the cell's have in common.
 */

export const novaPermissions = [{ path: '/var/log/kolla/nova', owner: 'nova:nova', recurse: true }]

/** What guests are told besides, by the operator. */
export const vendordata: OperatorsFile = {
  service: 'nova',
  file: 'vendordata.json',
  kind: 'whole',
  paths: ['nova/vendordata.json'],
}

/** `[api]`, where the operator wrote what guests are told. */
export function apiSection(ctx: Context): string {
  if (operatorsFiles(ctx, [vendordata]).files.length === 0) return ''
  return section('api', { vendordata_jsonfile_path: '/etc/nova/vendordata.json' })
}

/** `nova.conf`, the rules of access, and what guests are told. */
export function novaFiles(ctx: Context, conf: string) {
  const own = confAndPolicy(ctx, 'nova', 'nova.conf', conf)
  const data = operatorsFiles(ctx, [vendordata])
  return { placed: [...own.placed, ...data.placed], files: [...own.files, ...data.files] }
}

type Options = Readonly<Record<string, string | number | boolean | undefined>>

export function defaults(ctx: Context, own: Options): string {
  return section('DEFAULT', {
    debug: ctx.host.globals.nova_logging_debug,
    state_path: '/var/lib/nova',
    allow_resize_to_same_host: true,
    my_ip: addressOf(ctx.host),
    transport_url: transportUrl(ctx),
    ...own,
  })
}

/** What a manager does in these seconds after SIGTERM is finished: it sleeps as long, whether there is anything or not. */
const MANAGER_SHUTDOWN = 10
/** How long before the engine kills it a service ends by itself, in seconds. */
const BEFORE_KILL = 10

/**
 * How managers stop (decision 0036). Since 2026.1 they sleep `manager_shutdown_timeout` on every SIGTERM, 160 s by default,
 * which is more than the engine waits: each stop would take its time and still end with SIGKILL.
 */
export function shutdown({ host: { globals } }: Context): Options {
  if (globals.openstack_release === '2025.2') return {}
  const graceful = Math.max(1, globals.docker_graceful_timeout - BEFORE_KILL)
  return {
    graceful_shutdown_timeout: graceful,
    manager_shutdown_timeout: Math.min(MANAGER_SHUTDOWN, Math.floor(graceful / 2)),
  }
}

/** kolla-ansible's `openstack_service_workers` where the operator names no number. */
export function workers({ host: { globals, facts } }: Context, own: number | undefined): number {
  return own ?? defaultWorkers(globals, facts.cpus)
}

export function databaseSection(
  ctx: Context,
  name: 'database' | 'api_database',
  database: Database,
): string {
  const { globals } = ctx.host
  return section(name, {
    connection: urlOfDatabase(ctx, database),
    connection_recycle_time: globals.database_connection_recycle_time,
    max_overflow: name === 'database' ? 1000 : undefined,
    max_pool_size: globals.database_max_pool_size,
    max_retries: -1,
  })
}

/** The services that Nova asks, its messages, and how it becomes root. */
export function others(
  ctx: Context,
  glanceRetries: number,
  messages: { readonly processname?: string; readonly heartbeatInThread: boolean },
): string {
  const { globals } = ctx.host
  const region = { region_name: globals.openstack_region_name }
  return [
    concurrency('nova'),
    section('glance', {
      api_servers: `http://${globals.kolla_internal_fqdn}:${globals.glance_api_port}`,
      num_retries: glanceRetries,
      debug: globals.nova_logging_debug,
    }),
    globals.enable_cinder
      ? section('cinder', {
          catalog_info: 'block-storage::internalURL',
          os_region_name: globals.openstack_region_name,
          ...loginOf(ctx, 'cinder'),
        })
      : '',
    section('neutron', {
      metadata_proxy_shared_secret: secret(ctx.cloud, 'metadata_secret'),
      service_metadata_proxy: true,
      ...loginOf(ctx, 'neutron'),
      ...region,
      valid_interfaces: 'internal',
    }),
    section('upgrade_levels', { compute: 'auto' }),
    messaging(ctx, messages.processname, messages.heartbeatInThread),
    section('privsep_entrypoint', {
      helper_command:
        'sudo nova-rootwrap /etc/nova/rootwrap.conf privsep-helper --config-file /etc/nova/nova.conf',
    }),
    section('guestfs', { debug: globals.nova_logging_debug }),
    placementSection(ctx),
    // Cinder takes detachments and attachments from a service alone.
    section('service_user', {
      send_service_user_token: true,
      ...login(ctx, 'nova'),
      ...region,
      valid_interfaces: 'internal',
    }),
  ].join('')
}

function placementSection(ctx: Context): string {
  const { auth_url, auth_type, project_name, username, password } = login(ctx, 'placement')
  return section('placement', {
    auth_type,
    auth_url,
    username,
    password,
    user_domain_name: 'Default',
    project_name,
    project_domain_name: 'Default',
    region_name: ctx.host.globals.openstack_region_name,
    valid_interfaces: 'internal',
  })
}

/** By the project's domain as kolla-ansible's roles name it here. */
function loginOf(ctx: Context, service: 'cinder' | 'neutron') {
  const { auth_url, auth_type, user_domain_id, project_name, username, password } = login(
    ctx,
    service,
  )
  return {
    auth_url,
    auth_type,
    project_domain_name: 'Default',
    user_domain_id,
    project_name,
    username,
    password,
  }
}
