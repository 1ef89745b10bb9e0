import { apiComponent, endpoints } from './api.js'
import { confAndPolicy, policyOf } from './openstack-container.js'
import {
  cache,
  concurrency,
  databaseUrl,
  keystoneAuthtoken,
  middleware,
  ownDatabase,
  section,
} from './oslo.js'
import { mergedConf, overridden } from './overridden.js'
import type { Context, Service } from './service.js'

const conf = mergedConf('placement', 'placement-api')

/** Which hosts have what room for machines. */
export const placement: Service = {
  name: 'placement',
  memory: 80,
  enabled: (globals) => globals.enable_placement,
  components: [
    apiComponent({
      container: 'placement_api',
      service: 'placement',
      module: 'placement.wsgi.api',
      healthPath: '/',
      files: (ctx) => confAndPolicy(ctx, 'placement', 'placement.conf', placementConf(ctx)),
      permissions: [
        { path: '/var/log/kolla/placement', owner: 'placement:kolla', recurse: true },
        { path: '/var/log/kolla/placement/placement-api.log', owner: 'placement:placement' },
      ],
    }),
  ],
  databases: ownDatabase('placement'),
  schema: {
    sync: 'placement-manage db sync\nplacement-manage db online_data_migrations',
    expand: 'placement-manage db sync',
    contract: 'placement-manage db online_data_migrations',
    check: 'placement-status upgrade check',
    migrations: ['placement/db/sqlalchemy/alembic'],
  },
  identity: (cloud) => ({
    services: [
      {
        name: 'placement',
        type: 'placement',
        description: 'Placement Service',
        endpoints: endpoints(cloud, 'placement_api'),
      },
    ],
    users: [
      {
        name: cloud.globals.placement_keystone_user,
        password: 'placement_keystone_password',
        roles: ['admin'],
      },
    ],
  }),
  passwords: [
    'placement_database_password',
    'placement_keystone_password',
    'memcache_secret_key',
    'keystone_admin_password',
  ],
  overrides: [conf, policyOf('placement')],
}

function placementConf(ctx: Context): string {
  const { globals } = ctx.host
  return overridden(
    ctx,
    conf,
    section('DEFAULT', {
      debug: globals.placement_logging_debug,
      log_file: '/var/log/kolla/placement/placement-api.log',
      state_path: '/var/lib/placement',
    }) +
      middleware +
      concurrency('placement') +
      section('placement_database', {
        connection: databaseUrl(ctx, 'placement'),
        connection_recycle_time: globals.database_connection_recycle_time,
        max_overflow: 1000,
        max_pool_size: globals.database_max_pool_size,
        max_retries: -1,
      }) +
      cache(ctx) +
      keystoneAuthtoken(ctx, 'placement', 'placement'),
  )
}
