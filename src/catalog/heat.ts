import { apiComponent, defaultWorkers, endpoints } from './api.js'
import {
  confAndPolicy,
  connectedProbe,
  openstackContainer,
  policyOf,
} from './openstack-container.js'
import {
  cache,
  concurrency,
  database,
  keystoneAuthtoken,
  login,
  messaging,
  middleware,
  ownDatabase,
  pythonBool,
  secret,
  section,
  transportUrl,
} from './oslo.js'
import { keystoneUrl } from './keystone-url.js'
import { mergedConf, overridden } from './overridden.js'
import type { Context, Service } from './service.js'

type Part = 'heat-api' | 'heat-api-cfn' | 'heat-engine'

const parts: readonly Part[] = ['heat-api', 'heat-api-cfn', 'heat-engine']
const permissions = [{ path: '/var/log/kolla/heat', owner: 'heat:heat', recurse: true }]
const volumes = ['/dev/shm:/dev/shm']
/** Of the users that stacks make for themselves. */
const domain = { name: 'heat_user_domain', admin: 'heat_domain_admin' }

/** Stacks: what belongs together, made and changed by templates. */
export const heat: Service = {
  name: 'heat',
  memory: 80,
  enabled: (globals) => globals.enable_heat,
  components: [
    apiComponent({
      container: 'heat_api',
      service: 'heat',
      module: 'heat.wsgi.api',
      healthPath: '/healthcheck',
      files: (ctx) => confFiles(ctx, 'heat-api'),
      permissions,
      volumes: () => volumes,
      uwsgi: ['logfile-chmod = 644'],
    }),
    apiComponent({
      container: 'heat_api_cfn',
      service: 'heat',
      module: 'heat.wsgi.cfn',
      healthPath: '/healthcheck',
      files: (ctx) => confFiles(ctx, 'heat-api-cfn'),
      permissions,
      volumes: () => volumes,
      uwsgi: ['logfile-chmod = 644'],
    }),
    {
      container: 'heat_engine',
      group: 'heat-engine',
      containers: (ctx) => [
        openstackContainer(ctx, {
          name: 'heat_engine',
          service: 'heat',
          command: 'heat-engine',
          ...confFiles(ctx, 'heat-engine'),
          permissions,
          volumes,
          check: `healthcheck_port heat-engine ${ctx.host.globals.rabbitmq_port}`,
        }),
      ],
      ports: () => [],
      health: ({ host }) => [
        connectedProbe('heat_engine', 'heat-engine', host.globals.rabbitmq_port),
      ],
      frontends: () => [],
    },
  ],
  databases: ownDatabase('heat'),
  schema: { sync: 'heat-manage db_sync', migrations: ['heat/db/migrations'] },
  identity: (cloud) => ({
    services: [
      {
        name: 'heat',
        type: 'orchestration',
        description: 'Orchestration',
        endpoints: endpoints(cloud, 'heat_api', '/v1/%(tenant_id)s'),
      },
      {
        name: 'heat-cfn',
        type: 'cloudformation',
        description: 'Orchestration cloudformation',
        endpoints: endpoints(cloud, 'heat_api_cfn', '/v1'),
      },
    ],
    users: [
      {
        name: cloud.globals.heat_keystone_user,
        password: 'heat_keystone_password',
        roles: ['admin'],
      },
    ],
    roles: [cloud.globals.heat_stack_user_role],
    adminRoles: [cloud.globals.heat_stack_owner_role],
    domains: [
      {
        name: domain.name,
        description: 'Owns users and projects created by heat',
        admin: { name: domain.admin, password: 'heat_domain_admin_password' },
      },
    ],
  }),
  passwords: [
    'heat_database_password',
    'heat_keystone_password',
    'heat_domain_admin_password',
    'memcache_secret_key',
    'keystone_admin_password',
    'rabbitmq_password',
  ],
  overrides: [...parts.map((part) => mergedConf('heat', part)), policyOf('heat')],
}

function confFiles(ctx: Context, part: Part) {
  return confAndPolicy(ctx, 'heat', 'heat.conf', heatConf(ctx, part))
}

function heatConf(ctx: Context, part: Part): string {
  const { globals, facts } = ctx.host
  const cfn = endpoints(ctx.cloud, 'heat_api_cfn').public
  const { auth_url, auth_type, user_domain_id, username, password } = login(ctx, 'heat')
  const isEngine = part === 'heat-engine'
  return overridden(
    ctx,
    mergedConf('heat', part),
    [
      section('DEFAULT', {
        debug: globals.heat_logging_debug,
        log_dir: '/var/log/kolla/heat',
        log_file: `$log_dir/${part}.log`,
        heat_metadata_server_url: cfn,
        heat_waitcondition_server_url: `${cfn}/v1/waitcondition`,
        heat_stack_user_role: globals.heat_stack_user_role,
        stack_domain_admin: domain.admin,
        stack_domain_admin_password: secret(ctx.cloud, 'heat_domain_admin_password'),
        stack_user_domain_name: domain.name,
        num_engine_workers: isEngine
          ? (globals.heat_engine_workers ?? defaultWorkers(globals, facts.cpus))
          : undefined,
        transport_url: transportUrl(ctx),
        region_name_for_services: globals.openstack_region_name,
        server_keystone_endpoint_type: 'public',
      }),
      database(ctx, 'heat'),
      keystoneAuthtoken(ctx, 'heat', 'orchestration'),
      cache(ctx),
      section('trustee', { auth_url, auth_type, user_domain_id, username, password }),
      section('ec2authtoken', { auth_uri: keystoneUrl(ctx.cloud, 'internal') }),
      messaging(ctx, isEngine ? undefined : part),
      section('clients', { endpoint_type: 'internalURL' }),
      middleware,
      section('volumes', { backups_enabled: pythonBool(globals.enable_cinder_backup) }),
      concurrency('heat'),
    ].join(''),
  )
}
