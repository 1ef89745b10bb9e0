/** What deploys a highly available control plane with Keystone. */
export const controlPlane = [
  'cron',
  'haproxy',
  'keepalived',
  'keystone',
  'keystone-fernet',
  'keystone-ssh',
  'mariadb-server',
  'memcached',
  'rabbitmq',
] as const

/** Profiles that kolla-build does not have itself, as it writes them: regular expressions over image names. */
export const ownProfiles: Readonly<Record<string, readonly string[]>> = {
  'control-plane': controlPlane.map((name) => `^${name}$`),
  // As Kolla had it for its own tests.
  gate: [
    'cron',
    'fluentd',
    'glance',
    'haproxy',
    'horizon',
    'keepalived',
    'keystone',
    'kolla-toolbox',
    'mariadb',
    'memcached',
    'neutron',
    'nova-',
    'openvswitch',
    'placement',
    'rabbitmq',
  ],
}

/** kolla-build 21 and 22 have these. */
export const kollaProfiles: readonly string[] = ['infra', 'main', 'aux', 'default']

/** What can be built, and was seen to, from Debian's and Python's package registries alone. */
export const packagesOnlyImages: readonly string[] = [...controlPlane, 'haproxy-ssh']
