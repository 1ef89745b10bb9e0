import type { Globals } from '../../model/globals.js'
import { password } from '../../model/passwords.js'
import { ansibleUuid, hostNqn } from '../ansible-uuid.js'
import { cephClientFiles, cephKeysVolume } from '../ceph/client.js'
import { addressOf } from '../host-view.js'
import { configFile } from '../kolla-config.js'
import { connectedProbe, openstackContainer, operatorsFiles } from '../openstack-container.js'
import type { OperatorsFile } from '../openstack-container.js'
import { section } from '../oslo.js'
import type { Component, Context } from '../service.js'
import { cellConf } from './cell-conf.js'
import { apiSection, novaFiles, novaPermissions, shutdown } from './conf.js'
import { authConf } from './libvirt.js'

/** Who Nova says to guests that it is. */
export const releaseFile: OperatorsFile = {
  service: 'nova',
  file: 'release',
  kind: 'whole',
  paths: ['nova/release', 'nova_compute/release', 'nova_compute/<host>/release'],
}

const cephUsers = (globals: Globals) => (globals.nova_backend_ceph ? [globals.ceph_nova_user] : [])

/** Makes machines on its host. */
export const compute: Component = {
  container: 'nova_compute',
  group: 'compute',
  carriesMachines: true,
  cephUsers,
  containers: (ctx) => {
    const { globals } = ctx.host
    const users = cephUsers(globals)
    const conf = cellConf(ctx, 'nova-compute', shutdown(ctx), [
      apiSection(ctx),
      libvirtSection(ctx),
      section('workarounds', { skip_cpu_compare_on_dest: true }),
    ])
    const own = novaFiles(ctx, conf)
    const ceph = cephClientFiles(ctx, 'nova', users)
    const release = operatorsFiles(ctx, [releaseFile])
    const sasl = globals.libvirt_enable_sasl
    return [
      openstackContainer(ctx, {
        name: 'nova_compute',
        service: 'nova-cell',
        command: start,
        placed: [
          { source: 'start-nova-compute.sh', dest: start, owner: 'root', perm: '0755' },
          ...own.placed,
          ...ceph.placed,
          ...release.placed,
          { source: 'hostnqn', dest: '/etc/nvme/hostnqn', owner: 'root', perm: '0644' },
          ...(sasl
            ? [
                {
                  source: 'auth.conf',
                  dest: '/var/lib/nova/.config/libvirt/auth.conf',
                  owner: 'nova',
                  perm: '0600',
                },
              ]
            : []),
        ],
        permissions: [
          ...novaPermissions,
          { path: '/var/lib/nova', owner: 'nova:nova', recurse: true },
        ],
        files: [
          configFile('start-nova-compute.sh', startScript(ansibleUuid(ctx.host.facts.hostname))),
          ...own.files,
          ...ceph.files,
          ...release.files,
          configFile('hostnqn', hostNqn(ctx.host)),
          ...(sasl ? [authConf(ctx)] : []),
        ],
        environment: { LIBGUESTFS_BACKEND: 'direct' },
        volumes: [
          '/lib/modules:/lib/modules:ro',
          '/run:/run:shared',
          '/dev:/dev',
          'libvirtd:/var/lib/libvirt',
          `${globals.nova_instance_datadir_volume}:/var/lib/nova/`,
          ...cephKeysVolume(ctx, 'nova_compute', users),
        ],
        privileged: true,
        ipcMode: 'host',
        check: `healthcheck_port nova-compute ${globals.rabbitmq_port}`,
      }),
    ]
  },
  ports: () => [],
  health: ({ host }) => [
    connectedProbe('nova_compute', 'nova-compute', host.globals.rabbitmq_port),
  ],
  frontends: () => [],
}

const start = '/usr/local/bin/start-nova-compute'

/**
 * Nova knows a host by this UUID and refuses to start with another one or, for a host that it knows, with none: what the
 * volume has stays. kolla-ansible makes the same of the host's name, so that a lost volume gives the same again.
 */
const startScript = (uuid: string) => `#!/bin/bash
set -o errexit
id=/var/lib/nova/compute_id
if [[ ! -s $id ]]; then
  echo ${uuid} >$id.new
  mv $id.new $id
fi
exec nova-compute
`

function libvirtSection(ctx: Context): string {
  const { globals } = ctx.host
  const address = addressOf(ctx.host, 'migration')
  const { nova_hw_disk_discard: discard, nova_libvirt_cpu_mode: cpuMode } = globals
  return section('libvirt', {
    connection_uri: `qemu+tcp://${address}/system`,
    live_migration_inbound_addr: address,
    ...(globals.nova_backend_ceph && {
      images_type: 'rbd',
      images_rbd_pool: globals.ceph_nova_pool_name,
      images_rbd_ceph_conf: `/etc/ceph/${globals.ceph_cluster}.conf`,
      rbd_user: globals.ceph_nova_user,
      disk_cachemodes: 'network=writeback',
      hw_disk_discard: discard === '' ? undefined : discard,
      rbd_secret_uuid: password(ctx.cloud.passwords, 'rbd_secret_uuid'),
    }),
    virt_type: globals.nova_compute_virt_type,
    cpu_mode: cpuMode === '' ? undefined : cpuMode,
    num_pcie_ports: 16,
  })
}
