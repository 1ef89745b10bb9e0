import type { HostFacts } from '../../host/facts.js'
import type { Cloud, Override } from '../../model/cloud.js'
import { globalsSchema, settings } from '../../model/globals.js'
import type { Globals } from '../../model/globals.js'

/** kolla-ansible's defaults, as far as they are values or name another key; the rest is given. */
function defaults(given: Readonly<Record<string, unknown>>): Globals {
  const resolve = (value: unknown): unknown => {
    const reference = typeof value === 'string' ? /^{{ (\w+)[^}]* }}$/.exec(value)?.[1] : undefined
    return reference === undefined ? value : resolve(initial(reference))
  }
  const initial = (key: string): unknown =>
    key in given ? given[key] : (settings as Record<string, { initial?: unknown }>)[key]?.initial
  return globalsSchema.parse(
    Object.fromEntries(Object.keys(settings).map((key) => [key, resolve(initial(key))])),
  )
}

const given = {
  kolla_internal_vip_address: '192.168.8.75',
  docker_registry: '192.168.8.73:5000',
  docker_namespace: 'kolla',
  openstack_tag: '2026.1-debian-trixie',
  cluster_interface: 'eth1',
  fernet_key_rotation_interval: 259200,
  node_custom_config: '/etc/kolla/config',
}

const names = ['kolla1', 'kolla2', 'kolla3']

/** A cloud of three control hosts with every default of ours written out, for tests. */
export function testCloud(
  changes: { globals?: Partial<Globals>; overrides?: readonly Override[] } = {},
): Cloud {
  const globals = defaults({ ...given, ...changes.globals })
  return {
    name: 'demo',
    globals,
    hosts: names.map((name, index) => ({
      name,
      globals,
      connection: { address: `192.168.8.7${index}`, port: 22, user: 'root', become: false },
    })),
    groups: new Map(
      ['cron', 'loadbalancer', 'mariadb', 'memcached', 'rabbitmq', 'keystone'].map((group) => [
        group,
        names,
      ]),
    ),
    passwords: {
      database_password: "it's \\ a secret",
      mariadb_backup_database_password: 'backup#"1"',
      mariadb_monitor_password: 'monitor-secret',
      rabbitmq_password: 'rabbit@:/secret',
      rabbitmq_monitoring_password: 'watch-secret',
      rabbitmq_cluster_cookie: 'COOKIE',
      haproxy_password: "stats' secret",
      keepalived_password: 'keepalive-secret',
      keystone_admin_password: "admin's $secret",
      keystone_database_password: 'ks/db@pass',
      keystone_ssh_key: { private_key: 'PRIVATE', public_key: 'ssh-rsa AAAA keystone' },
    },
    overrides: changes.overrides ?? [],
  }
}

export const testFacts: readonly HostFacts[] = names.map((name, index) => ({
  name,
  hostname: name,
  interfaces: {
    lo: ['127.0.0.1/8'],
    eth0: [`192.168.8.7${index}/24`],
    eth1: [`10.10.9.10${index + 1}/24`],
  },
  os: { family: 'debian', id: 'debian', version: '12' },
  cpus: 2,
  memoryBytes: 5 * 2 ** 30,
}))
