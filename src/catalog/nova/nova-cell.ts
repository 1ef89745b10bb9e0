import { cephClientOverrides } from '../ceph/client.js'
import { addressOf } from '../host-view.js'
import { configFile } from '../kolla-config.js'
import {
  connectedProbe,
  openstackContainer,
  policyOf,
  serviceFile,
} from '../openstack-container.js'
import { section } from '../oslo.js'
import { replaceable } from '../overridden.js'
import type { Component, Frontend, Service } from '../service.js'
import { apiDatabase, cellDatabase } from './cells.js'
import { cellConf, cellParts, mergedCellConf } from './cell-conf.js'
import { compute, releaseFile } from './compute.js'
import { databaseSection, novaPermissions, shutdown, vendordata } from './conf.js'
import { libvirt } from './libvirt.js'
import { ssh } from './ssh.js'

/** The part that alone works on the cell's database for the others. */
const conductor: Component = {
  container: 'nova_conductor',
  group: 'nova-conductor',
  containers: (ctx) => [
    openstackContainer(ctx, {
      name: 'nova_conductor',
      service: 'nova-cell',
      command: 'nova-conductor',
      placed: [serviceFile('nova', 'nova.conf')],
      permissions: novaPermissions,
      files: [
        configFile(
          'nova.conf',
          cellConf(ctx, 'nova-conductor', shutdown(ctx), [
            databaseSection(ctx, 'database', cellDatabase(ctx.cloud)),
            databaseSection(ctx, 'api_database', apiDatabase(ctx.cloud)),
            section('scheduler', { max_attempts: 10 }),
          ]),
        ),
      ],
      volumes: ['/dev/shm:/dev/shm'],
      check: `healthcheck_port nova-conductor ${ctx.host.globals.rabbitmq_port}`,
    }),
  ],
  ports: () => [],
  health: ({ host }) => [
    connectedProbe('nova_conductor', 'nova-conductor', host.globals.rabbitmq_port),
  ],
  frontends: () => [],
}

/** Consoles of machines in a browser. Tokens are in the database: any member takes any connection. */
const novncproxy: Component = {
  container: 'nova_novncproxy',
  group: 'nova-novncproxy',
  containers: (ctx) => [
    openstackContainer(ctx, {
      name: 'nova_novncproxy',
      service: 'nova-cell',
      command: 'nova-novncproxy',
      placed: [serviceFile('nova', 'nova.conf')],
      permissions: novaPermissions,
      files: [
        configFile(
          'nova.conf',
          cellConf(ctx, 'nova-novncproxy', {}, [
            databaseSection(ctx, 'database', cellDatabase(ctx.cloud)),
          ]),
        ),
      ],
      volumes: ['/dev/shm:/dev/shm'],
      check: `healthcheck_curl http://${addressOf(ctx.host)}:${ctx.host.globals.nova_novncproxy_listen_port}/vnc_lite.html`,
    }),
  ],
  ports: ({ host }) => [
    {
      container: 'nova_novncproxy',
      address: addressOf(host),
      port: host.globals.nova_novncproxy_listen_port,
    },
  ],
  health: ({ host }) => [
    {
      kind: 'http',
      url: `http://${addressOf(host)}:${host.globals.nova_novncproxy_listen_port}/vnc_lite.html`,
      status: 200,
    },
  ],
  frontends: ({ globals }) =>
    (['internal', 'external'] as const).map((address): Frontend => ({
      name: address === 'internal' ? 'nova_novncproxy' : 'nova_novncproxy_external',
      mode: 'http',
      address,
      port:
        address === 'internal' ? globals.nova_novncproxy_port : globals.nova_novncproxy_public_port,
      group: 'nova-novncproxy',
      listenPort: (member) => member.globals.nova_novncproxy_listen_port,
      check: { kind: 'connects' },
      tunnelTimeout: '1h',
    })),
}

/** The one cell: what works on its database, and the hosts that machines run on. */
export const novaCell: Service = {
  name: 'nova-cell',
  memory: 100,
  prefix: 'nova',
  logs: ['nova', 'libvirt'],
  enabled: (globals) => globals.enable_nova,
  components: [conductor, novncproxy, libvirt, ssh, compute],
  // `nova` makes it as well, with its schema: here it says who works on it.
  databases: (cloud) => [cellDatabase(cloud)],
  discovery: (cloud) => cloud.groups.get('compute') ?? [],
  oneShotContainer: 'nova_conductor',
  networks: ['migration'],
  passwords: [
    'nova_database_password',
    'nova_api_database_password',
    'nova_keystone_password',
    'cinder_keystone_password',
    'neutron_keystone_password',
    'placement_keystone_password',
    'metadata_secret',
    'rabbitmq_password',
    'libvirt_sasl_password',
    'nova_ssh_key',
    'rbd_secret_uuid',
    'cinder_rbd_secret_uuid',
  ],
  overrides: [
    ...cellParts.map(mergedCellConf),
    policyOf('nova'),
    releaseFile,
    vendordata,
    replaceable('nova', 'qemu.conf.j2'),
    replaceable('nova', 'libvirtd.conf.j2'),
    ...cephClientOverrides('nova'),
  ],
}
