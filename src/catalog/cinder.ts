import type { Cloud } from '../model/cloud.js'
import type { Globals } from '../model/globals.js'
import { apiComponent, endpoints } from './api.js'
import { cephClientFiles, cephClientOverrides, cephKeysVolume, keyringOf } from './ceph/client.js'
import { hostNqn } from './ansible-uuid.js'
import { addressOf } from './host-view.js'
import { configFile } from './kolla-config.js'
import {
  confAndPolicy,
  connectedProbe,
  openstackContainer,
  policyOf,
} from './openstack-container.js'
import {
  concurrency,
  database,
  keystoneAuthtoken,
  login,
  messaging,
  middleware,
  ownDatabase,
  section,
  transportUrl,
} from './oslo.js'
import { mergedConf, overridden } from './overridden.js'
import { password } from '../model/passwords.js'
import type { Component, Context, Service } from './service.js'

type Part = 'cinder-api' | 'cinder-scheduler' | 'cinder-volume' | 'cinder-backup'

const parts: readonly Part[] = ['cinder-api', 'cinder-scheduler', 'cinder-volume', 'cinder-backup']

const containerOf = {
  'cinder-scheduler': 'cinder_scheduler',
  'cinder-volume': 'cinder_volume',
  'cinder-backup': 'cinder_backup',
} as const

const permissions = [
  { path: '/var/lib/cinder', owner: 'cinder:cinder', recurse: true },
  { path: '/var/log/kolla/cinder', owner: 'cinder:cinder', recurse: true },
]

/** kolla-ansible registers it until 2025.2, and takes it out of the catalogue afterwards. */
const volumev3 = { name: 'cinderv3', type: 'volumev3' }

function hasVolumev3({ globals }: Cloud): boolean {
  return globals.openstack_release === '2025.2'
}

/** Volumes in Ceph, and their backups. */
export const cinder: Service = {
  name: 'cinder',
  memory: 80,
  enabled: (globals) => globals.enable_cinder,
  components: [
    apiComponent({
      container: 'cinder_api',
      service: 'cinder',
      module: 'cinder.wsgi.api',
      healthPath: '/healthcheck',
      files: (ctx) => confFiles(ctx, 'cinder-api'),
      permissions,
      volumes: () => ['/dev/shm:/dev/shm'],
      uwsgi: ['logfile-chmod = 644'],
    }),
    worker('cinder-scheduler'),
    worker('cinder-volume'),
    { ...worker('cinder-backup'), enabled: (globals) => globals.enable_cinder_backup },
  ],
  databases: ownDatabase('cinder'),
  schema: {
    sync: 'cinder-manage db sync',
    contract: 'cinder-manage db online_data_migrations',
    check: 'cinder-status upgrade check',
    migrations: ['cinder/db/migrations'],
  },
  identity: (cloud) => ({
    services: [
      {
        name: 'cinder',
        type: 'block-storage',
        description: 'Openstack Block Storage',
        endpoints: endpoints(cloud, 'cinder_api', '/v3'),
      },
      ...(hasVolumev3(cloud)
        ? [
            {
              ...volumev3,
              description: 'Openstack Block Storage',
              endpoints: endpoints(cloud, 'cinder_api', '/v3/%(tenant_id)s'),
            },
          ]
        : []),
    ],
    ...(!hasVolumev3(cloud) && { former: [volumev3] }),
    users: [
      {
        name: cloud.globals.cinder_keystone_user,
        password: 'cinder_keystone_password',
        roles: ['admin', 'service'],
      },
    ],
  }),
  passwords: [
    'cinder_database_password',
    'cinder_keystone_password',
    'cinder_rbd_secret_uuid',
    'nova_keystone_password',
    'memcache_secret_key',
    'keystone_admin_password',
    'rabbitmq_password',
  ],
  overrides: [
    ...parts.map((part) => mergedConf('cinder', part)),
    policyOf('cinder'),
    ...cephClientOverrides('cinder', ['cinder/cinder-volume', 'cinder/cinder-backup']),
  ],
}

/** A part that works on messages, with no port of its own. */
function worker(part: Exclude<Part, 'cinder-api'>): Component {
  const name = containerOf[part]
  const isOnDevices = part !== 'cinder-scheduler'
  return {
    container: name,
    group: part,
    cephUsers: (globals) => cephUsersOf(part, globals),
    containers: (ctx) => {
      const own = confFiles(ctx, part)
      const users = cephUsersOf(part, ctx.host.globals)
      const ceph = cephClientFiles(ctx, 'cinder', users, `cinder/${part}`)
      const nvme = part === 'cinder-volume' ? [configFile('hostnqn', hostNqn(ctx.host))] : []
      return [
        openstackContainer(ctx, {
          name,
          service: 'cinder',
          command: `${part} --config-file /etc/cinder/cinder.conf`,
          placed: [
            ...own.placed,
            ...ceph.placed,
            ...nvme.map(({ path }) => ({
              source: path,
              dest: '/etc/nvme/hostnqn',
              owner: 'root',
              perm: '0644',
            })),
          ],
          permissions,
          files: [...own.files, ...ceph.files, ...nvme],
          volumes: isOnDevices
            ? [
                '/dev/:/dev/',
                '/lib/modules:/lib/modules:ro',
                '/run:/run:shared',
                'cinder:/var/lib/cinder',
                ...cephKeysVolume(ctx, name, users),
              ]
            : ['/dev/shm:/dev/shm'],
          privileged: isOnDevices,
          ...(isOnDevices && { ipcMode: 'host' as const }),
          check: `healthcheck_port ${part} ${ctx.host.globals.rabbitmq_port}`,
        }),
      ]
    },
    ports: () => [],
    health: ({ host }) => [connectedProbe(name, part, host.globals.rabbitmq_port)],
    frontends: () => [],
  }
}

/** Backups read volumes, too. */
function cephUsersOf(part: Part, globals: Globals): string[] {
  if (!globals.cinder_backend_ceph) return []
  if (part === 'cinder-volume') return [globals.ceph_cinder_user]
  return part === 'cinder-backup' ? [globals.ceph_cinder_backup_user, globals.ceph_cinder_user] : []
}

function confFiles(ctx: Context, part: Part) {
  return confAndPolicy(ctx, 'cinder', 'cinder.conf', cinderConf(ctx, part))
}

function cinderConf(ctx: Context, part: Part): string {
  const { globals } = ctx.host
  const isApi = part === 'cinder-api'
  return overridden(
    ctx,
    mergedConf('cinder', part),
    [
      section('DEFAULT', {
        debug: globals.cinder_logging_debug,
        log_dir: '/var/log/kolla/cinder',
        log_file: isApi ? 'cinder-api.log' : undefined,
        use_forwarded_for: true,
        use_stderr: false,
        my_ip: addressOf(ctx.host),
        volume_name_template: 'volume-%s',
        glance_api_servers: `http://${globals.kolla_internal_fqdn}:${globals.glance_api_port}`,
        glance_num_retries: ctx.members('glance-api').length,
        cluster: part === 'cinder-volume' ? clusterName(ctx) : undefined,
        ...(part === 'cinder-volume' && globals.cinder_backend_ceph
          ? { enabled_backends: globals.cinder_backend_ceph_name }
          : {}),
        ...(part === 'cinder-backup' ? backupDriver(globals) : {}),
        api_paste_config: '/etc/cinder/api-paste.ini',
        auth_strategy: 'keystone',
        transport_url: transportUrl(ctx),
      }),
      messaging(ctx, isApi ? part : undefined),
      middleware,
      section('nova', {
        interface: 'internal',
        ...login(ctx, 'nova'),
        region_name: globals.openstack_region_name,
      }),
      database(ctx, 'cinder'),
      keystoneAuthtoken(ctx, 'cinder', 'volume', { service_token_roles_required: true }),
      concurrency('cinder'),
      ...(part === 'cinder-volume' && globals.cinder_backend_ceph ? [rbd(ctx)] : []),
      section('privsep_entrypoint', {
        helper_command:
          'sudo cinder-rootwrap /etc/cinder/rootwrap.conf privsep-helper --config-file /etc/cinder/cinder.conf',
      }),
      section('coordination', {}),
    ].join(''),
  )
}

/** Several hosts serve each other's volumes only as one cluster. */
function clusterName(ctx: Context): string | undefined {
  const { cinder_cluster_name: name } = ctx.host.globals
  if (name !== '') return name
  return ctx.members('cinder-volume').length > 1 ? 'ceph' : undefined
}

function backupDriver(globals: Globals) {
  if (!globals.cinder_backend_ceph) return {}
  return {
    backup_driver: 'cinder.backup.drivers.ceph.CephBackupDriver',
    backup_ceph_conf: `/etc/ceph/${globals.ceph_cluster}.conf`,
    backup_ceph_user: globals.ceph_cinder_backup_user,
    backup_ceph_chunk_size: 134217728,
    backup_ceph_pool: globals.ceph_cinder_backup_pool_name,
    backup_ceph_stripe_unit: 0,
    backup_ceph_stripe_count: 0,
    restore_discard_excess_bytes: true,
  }
}

function rbd(ctx: Context): string {
  const { globals } = ctx.host
  const name = globals.cinder_backend_ceph_name
  return section(name, {
    volume_driver: 'cinder.volume.drivers.rbd.RBDDriver',
    volume_backend_name: name,
    rbd_pool: globals.ceph_cinder_pool_name,
    rbd_ceph_conf: `/etc/ceph/${globals.ceph_cluster}.conf`,
    rados_connect_timeout: 5,
    rbd_user: globals.ceph_cinder_user,
    rbd_cluster_name: globals.ceph_cluster,
    rbd_keyring_conf: `/etc/ceph/${keyringOf(globals.ceph_cinder_user)}`,
    rbd_secret_uuid: password(ctx.cloud.passwords, 'cinder_rbd_secret_uuid'),
    report_discard_supported: true,
  })
}
