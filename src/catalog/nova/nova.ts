import { apiComponent, endpoints } from '../api.js'
import { configFile } from '../kolla-config.js'
import {
  connectedProbe,
  openstackContainer,
  policyOf,
  serviceFile,
} from '../openstack-container.js'
import { cache, keystoneAuthtoken, middleware, section } from '../oslo.js'
import { mergedConf, overridden } from '../overridden.js'
import type { Component, Context, Service } from '../service.js'
import { apiDatabase, cell0Database, cellDatabase, novaSchema } from './cells.js'
import {
  apiSection,
  databaseSection,
  defaults,
  novaFiles,
  novaPermissions,
  others,
  shutdown,
  vendordata,
  workers,
} from './conf.js'

type Part = 'nova-api' | 'nova-metadata' | 'nova-scheduler'

const parts: readonly Part[] = ['nova-api', 'nova-metadata', 'nova-scheduler']

const scheduler: Component = {
  container: 'nova_scheduler',
  group: 'nova-scheduler',
  containers: (ctx) => [
    openstackContainer(ctx, {
      name: 'nova_scheduler',
      service: 'nova',
      command: 'nova-scheduler',
      placed: [serviceFile('nova', 'nova.conf')],
      permissions: novaPermissions,
      files: [configFile('nova.conf', novaConf(ctx, 'nova-scheduler'))],
      volumes: ['/dev/shm:/dev/shm'],
      check: `healthcheck_port nova-scheduler ${ctx.host.globals.rabbitmq_port}`,
      retries: ctx.host.globals.nova_scheduler_healthcheck_retries,
    }),
  ],
  ports: () => [],
  health: ({ host }) => [
    connectedProbe('nova_scheduler', 'nova-scheduler', host.globals.rabbitmq_port),
  ],
  frontends: () => [],
}

/** Machines: the side of Nova that answers requests and chooses hosts. Hosts belong to its cell, `nova-cell`. */
export const nova: Service = {
  name: 'nova',
  memory: 100,
  enabled: (globals) => globals.enable_nova,
  components: [
    apiComponent({
      container: 'nova_api',
      service: 'nova',
      module: 'nova.wsgi.osapi_compute',
      healthPath: '/',
      files: (ctx) => confFiles(ctx, 'nova-api'),
      permissions: novaPermissions,
      volumes: () => ['/lib/modules:/lib/modules:ro', '/dev/shm:/dev/shm'],
      privileged: () => true,
      uwsgi: ['logfile-chmod = 644'],
    }),
    apiComponent({
      container: 'nova_metadata',
      image: 'nova-api',
      service: 'nova',
      module: 'nova.wsgi.metadata',
      healthPath: '/',
      files: (ctx) => confFiles(ctx, 'nova-metadata'),
      permissions: novaPermissions,
      uwsgi: ['logfile-chmod = 644'],
      workers: (globals) => globals.nova_metadata_api_workers,
      publicPort: (globals) =>
        globals.nova_enable_external_metadata ? globals.nova_metadata_port : undefined,
    }),
    scheduler,
  ],
  databases: (cloud) => [apiDatabase(cloud), cell0Database(cloud), cellDatabase(cloud)],
  schema: novaSchema,
  oneShotContainer: 'nova_conductor',
  identity: (cloud) => ({
    services: [
      {
        name: 'nova',
        type: 'compute',
        description: 'OpenStack Compute Service',
        endpoints: endpoints(cloud, 'nova_api', '/v2.1'),
      },
    ],
    users: [
      {
        name: cloud.globals.nova_keystone_user,
        password: 'nova_keystone_password',
        roles: ['admin', 'service'],
      },
    ],
  }),
  passwords: [
    'nova_database_password',
    'nova_api_database_password',
    'nova_keystone_password',
    'cinder_keystone_password',
    'neutron_keystone_password',
    'placement_keystone_password',
    'metadata_secret',
    'memcache_secret_key',
    'keystone_admin_password',
    'rabbitmq_password',
  ],
  overrides: [...parts.map((part) => mergedConf('nova', part)), policyOf('nova'), vendordata],
}

function confFiles(ctx: Context, part: Part) {
  return novaFiles(ctx, novaConf(ctx, part))
}

function novaConf(ctx: Context, part: Part): string {
  const { globals } = ctx.host
  const isScheduler = part === 'nova-scheduler'
  return overridden(
    ctx,
    mergedConf('nova', part),
    [
      defaults(ctx, {
        ...(isScheduler
          ? { log_dir: '/var/log/kolla/nova', ...shutdown(ctx) }
          : { log_file: `/var/log/kolla/nova/${part}.log` }),
      }),
      isScheduler ? '' : apiSection(ctx),
      section('conductor', { workers: workers(ctx, undefined) }),
      middleware,
      databaseSection(ctx, 'database', cell0Database(ctx.cloud)),
      databaseSection(ctx, 'api_database', apiDatabase(ctx.cloud)),
      cache(ctx),
      keystoneAuthtoken(ctx, 'nova', 'compute'),
      section('wsgi', { api_paste_config: '/etc/nova/api-paste.ini' }),
      section('scheduler', {
        max_attempts: 10,
        // Hosts are discovered once, when they answer: several schedulers would collide over them.
        discover_hosts_in_cells_interval: -1,
        workers: workers(ctx, globals.nova_scheduler_workers),
      }),
      others(ctx, ctx.members('glance-api').length, {
        ...(!isScheduler && { processname: part }),
        heartbeatInThread: part === 'nova-api',
      }),
    ].join(''),
  )
}
