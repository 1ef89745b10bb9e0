import type { HostFacts } from '../../model/observed-host.js'
import type { Cloud, CloudFiles, Override } from '../../model/cloud.js'
import type { Globals } from '../../model/globals.js'
import { readCloud } from '../../model/read-cloud.js'

const inventory = `[control]
kolla[1:3]
[network:children]
control
[compute:children]
control
[monitoring:children]
control
[storage:children]
control
`

const ownGlobals = {
  openstack_release: '2026.1',
  kolla_internal_vip_address: '192.168.8.75',
  docker_registry: '192.168.8.73:5000',
  docker_namespace: 'kolla',
  cluster_interface: 'eth1',
  enable_openstack_core: 'no',
  enable_keystone: 'yes',
}

/** Passwords that try the quoting of every language that they are written in. */
const passwords = {
  database_password: "it's \\ a secret",
  mariadb_backup_database_password: 'backup#"1"',
  mariadb_monitor_password: 'monitor-secret',
  rabbitmq_password: 'rabbit@:/secret',
  rabbitmq_monitoring_password: 'watch-secret',
  rabbitmq_cluster_cookie: 'COOKIE',
  haproxy_password: "stats' secret",
  keepalived_password: 'keepalive-secret',
  keystone_admin_password: "admin's $secret",
  keystone_database_password: 'ks/db:$pass',
  ceph_cluster_fsid: '11111111-1111-4111-8111-111111111111',
  ceph_rgw_keystone_password: 'rgw=secret',
  memcache_secret_key: 'memcache-secret',
  glance_database_password: 'glance-db-secret',
  glance_keystone_password: 'glance$secret',
  placement_database_password: 'placement-db-secret',
  placement_keystone_password: 'placement-secret',
  cinder_database_password: 'cinder-db-secret',
  cinder_keystone_password: 'cinder-secret',
  cinder_rbd_secret_uuid: '22222222-2222-4222-8222-222222222222',
  nova_keystone_password: 'nova-secret',
  neutron_database_password: 'neutron-db-secret',
  neutron_keystone_password: 'neutron$secret',
  neutron_ssh_key: { private_key: 'PRIVATE', public_key: 'ssh-rsa AAAA neutron' },
  metadata_secret: 'metadata$secret',
  nova_database_password: 'nova-db-secret',
  nova_api_database_password: 'nova-api-db-secret',
  libvirt_sasl_password: 'sasl-secret',
  rbd_secret_uuid: '33333333-3333-4333-8333-333333333333',
  nova_ssh_key: { private_key: 'PRIVATE', public_key: 'ssh-rsa AAAA nova' },
  heat_database_password: 'heat-db-secret',
  heat_keystone_password: 'heat-secret',
  heat_domain_admin_password: 'heat-domain-secret',
  horizon_secret_key: "horizon'secret",
  keystone_ssh_key: { private_key: 'PRIVATE', public_key: 'ssh-rsa AAAA keystone' },
}

interface Changes {
  readonly globals?: Partial<Globals>
  readonly overrides?: readonly Override[]
}

/** Three control hosts with kolla-ansible's defaults, read from files as an operator writes them. */
export function testCloud(changes: Changes = {}): Cloud {
  const { cloud, findings } = readCloud(testFiles(changes))
  if (!cloud) throw new Error(JSON.stringify(findings))
  return cloud
}

export function testFiles(changes: Changes = {}): CloudFiles {
  // JSON is YAML, too.
  const file = (path: string, value: unknown) => ({ path, text: JSON.stringify(value) })
  return {
    name: 'demo',
    inventory: { path: 'multinode', text: inventory },
    globals: file('globals.yml', { ...ownGlobals, ...changes.globals }),
    passwords: file('passwords.yml', passwords),
    overrides: changes.overrides ?? [],
  }
}

export const testFacts: readonly HostFacts[] = ['kolla1', 'kolla2', 'kolla3'].map(
  (name, index) => ({
    name,
    hostname: name,
    interfaces: {
      lo: ['127.0.0.1/8'],
      eth0: [`192.168.8.7${index}/24`],
      eth1: [`10.10.9.10${index + 1}/24`],
      eth2: [],
    },
    os: { family: 'debian', id: 'debian', version: '12' },
    cpus: 2,
    memoryBytes: 5 * 2 ** 30,
  }),
)
