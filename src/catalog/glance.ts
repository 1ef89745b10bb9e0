import type { Cloud } from '../model/cloud.js'
import type { Globals } from '../model/globals.js'
import { apiComponent, defaultWorkers, endpoints } from './api.js'
import { cephClientFiles, cephClientOverrides, cephKeysVolume } from './ceph/client.js'
import { addressOf } from './host-view.js'
import {
  cacheConf,
  cacheOptions,
  furtherFiles,
  importConf,
  neededFiles,
  protectionRules,
} from './glance-files.js'
import { confAndPolicy, policyOf } from './openstack-container.js'
import {
  concurrency,
  database,
  keystoneAuthtoken,
  messaging,
  middleware,
  ownDatabase,
  secret,
  section,
  transportUrl,
} from './oslo.js'
import { keystoneUrl } from './keystone-url.js'
import { overridden } from './overridden.js'
import type { Overridable } from './overridden.js'
import type { Context, Service } from './service.js'

const conf: Overridable = {
  kind: 'oslo',
  paths: ['global.conf', 'glance.conf', 'glance/glance-api.conf', 'glance/<host>/glance-api.conf'],
}

/** Images, in Ceph, or in files on the first host of `glance-api` where there is none. */
export const glance: Service = {
  name: 'glance',
  memory: 100,
  enabled: (globals) => globals.enable_glance,
  components: [
    apiComponent({
      container: 'glance_api',
      service: 'glance',
      module: 'glance.wsgi.api',
      healthPath: '/healthcheck',
      files: (ctx) => {
        const own = confAndPolicy(ctx, 'glance', 'glance-api.conf', glanceConf(ctx))
        const ceph = cephClientFiles(ctx, 'glance', cephUsers(ctx.host.globals))
        const further = furtherFiles(ctx)
        return {
          placed: [...own.placed, ...ceph.placed, ...further.placed],
          files: [...own.files, ...ceph.files, ...further.files],
        }
      },
      permissions: [
        { path: '/var/lib/glance', owner: 'glance:glance', recurse: true },
        { path: '/var/log/kolla/glance', owner: 'glance:glance', recurse: true },
      ],
      volumes: (ctx) => [
        `${ctx.host.globals.glance_file_datadir_volume}:/var/lib/glance/`,
        '/dev/shm:/dev/shm',
        ...cephKeysVolume(ctx, 'glance_api', cephUsers(ctx.host.globals)),
      ],
      privileged: ({ host: { globals } }) => globals.enable_cinder && globals.cinder_backend_ceph,
      // Images come in pieces of any size.
      readsPieces: true,
      uwsgi: ['chunked-input-limit = 67108864', 'logfile-chmod = 644'],
      frontend: ({ globals }) => ({
        clientTimeout: globals.haproxy_glance_api_client_timeout,
        serverTimeout: globals.haproxy_glance_api_server_timeout,
      }),
      cephUsers,
      firstHostOnly,
    }),
  ],
  databases: ownDatabase('glance'),
  schema: {
    sync: 'glance-manage db_sync\nglance-manage db_load_metadefs',
    expand: 'glance-manage db_expand\nglance-manage db_migrate',
    contract: 'glance-manage db_contract\nglance-manage db_load_metadefs',
    makesTriggers: true,
    migrations: ['glance/db/sqlalchemy/alembic_migrations'],
  },
  identity: (cloud) => ({
    services: [
      {
        name: 'glance',
        type: 'image',
        description: 'Openstack Image',
        endpoints: endpoints(cloud, 'glance_api'),
      },
    ],
    users: [
      {
        name: cloud.globals.glance_keystone_user,
        password: 'glance_keystone_password',
        roles: ['admin'],
      },
    ],
  }),
  passwords: [
    'glance_database_password',
    'glance_keystone_password',
    'memcache_secret_key',
    'keystone_admin_password',
    'rabbitmq_password',
  ],
  overrides: [
    conf,
    policyOf('glance'),
    cacheConf,
    importConf,
    protectionRules,
    ...cephClientOverrides('glance'),
  ],
  neededFiles,
}

function cephUsers(globals: Globals): string[] {
  return globals.glance_backend_ceph ? [globals.ceph_glance_user] : []
}

/** As kolla-ansible: the default volume of the file store is one host's. */
function firstHostOnly({ globals }: Cloud): boolean {
  return globals.glance_backend_file && globals.glance_file_datadir_volume === 'glance'
}

function glanceConf(ctx: Context): string {
  const { globals, facts } = ctx.host
  const own = addressOf(ctx.host)
  const store = globals.glance_backend_ceph ? 'rbd' : 'file'
  const stores = [
    ...(globals.glance_backend_file ? ['file:file'] : []),
    'http:http',
    ...(globals.enable_cinder ? ['cinder:cinder'] : []),
    ...(globals.glance_backend_ceph ? ['rbd:rbd'] : []),
  ]
  return overridden(
    ctx,
    conf,
    [
      section('DEFAULT', {
        debug: globals.glance_logging_debug,
        log_file: '/var/log/kolla/glance/glance-api.log',
        worker_self_reference_url: `http://${own}:${globals.glance_api_listen_port}`,
        bind_host: own,
        bind_port: globals.glance_api_listen_port,
        workers: globals.glance_api_workers ?? defaultWorkers(globals, facts.cpus),
        enabled_backends: stores.join(', '),
        show_image_direct_url: globals.glance_show_image_direct_url ? true : undefined,
        ...(globals.glance_enable_property_protection && {
          property_protection_file: `/etc/glance/${protectionRules.file}`,
        }),
        transport_url: transportUrl(ctx),
        ...(globals.enable_glance_image_cache && cacheOptions(globals)),
      }),
      database(ctx, 'glance'),
      keystoneAuthtoken(ctx, 'glance', 'image'),
      section('paste_deploy', {
        flavor: globals.enable_glance_image_cache ? 'keystone+cachemanagement' : 'keystone',
      }),
      section('glance_store', { default_backend: store }),
      ...(globals.glance_backend_file
        ? [section('file', { filesystem_store_datadir: '/var/lib/glance/images/' })]
        : []),
      ...(globals.glance_backend_ceph
        ? [
            section('rbd', {
              rbd_store_user: globals.ceph_glance_user,
              rbd_store_pool: globals.ceph_glance_pool_name,
              rbd_store_ceph_conf: `/etc/ceph/${globals.ceph_cluster}.conf`,
            }),
          ]
        : []),
      section('os_glance_tasks_store', {
        filesystem_store_datadir: '/var/lib/glance/tasks_work_dir',
      }),
      section('os_glance_staging_store', { filesystem_store_datadir: '/var/lib/glance/staging' }),
      middleware,
      concurrency('glance'),
      messaging(ctx),
      ...(globals.enable_cinder ? [cinderStore(ctx)] : []),
      section('cors', { allowed_origin: horizonOrigin(globals) }),
    ].join(''),
  )
}

/** Where users have their pages from that upload images, as a browser says it: without the port that is HTTP's own. */
function horizonOrigin({ kolla_external_fqdn: name, horizon_port: port }: Globals): string {
  return new URL(`http://${name}:${port}`).origin
}

function cinderStore(ctx: Context): string {
  return section('cinder', {
    cinder_catalog_info: 'block-storage::internalURL',
    cinder_store_auth_address: `${keystoneUrl(ctx.cloud, 'internal')}/v3`,
    cinder_store_user_name: ctx.host.globals.glance_keystone_user,
    cinder_store_password: secret(ctx.cloud, 'glance_keystone_password'),
    cinder_store_project_domain_name: 'Default',
    cinder_store_project_name: 'service',
  })
}
