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

/** Kolla has no images of Ceph; these are built from our own templates in `images/docker`. */
const ceph = ['ceph-mgr', 'ceph-mon', 'ceph-osd', 'ceph-rgw'] as const

/** Profiles that kolla-build does not have itself, as it writes them: regular expressions over image names. */
export const ownProfiles: Readonly<Record<string, readonly string[]>> = {
  ceph: ceph.map((name) => `^${name}$`),
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

/** What can be built from Debian's and Python's package registries alone. Of Kolla's profile `aux` nothing can. */
export const packagesOnlyImages: readonly string[] = [
  ...controlPlane,
  ...ceph,
  ...['cinder-api', 'cinder-backup', 'cinder-scheduler', 'cinder-volume', 'glance-api'],
  ...['haproxy-ssh', 'heat-api', 'heat-api-cfn', 'heat-engine', 'horizon', 'iscsid'],
  ...['neutron-dhcp-agent', 'neutron-l3-agent', 'neutron-metadata-agent'],
  ...['neutron-openvswitch-agent', 'neutron-server', 'nova-api', 'nova-compute', 'nova-conductor'],
  ...['nova-libvirt', 'nova-novncproxy', 'nova-scheduler', 'nova-ssh', 'openvswitch-db-server'],
  ...['openvswitch-vswitchd', 'placement-api', 'tgtd'],
]
