/**
 * Service of the catalogue → images of its containers. Kolla has none of Ceph; these are built from our own templates in
 * `images/docker`.
 */
const imagesByService = {
  cron: ['cron'],
  haproxy: ['haproxy'],
  keepalived: ['keepalived'],
  memcached: ['memcached'],
  mariadb: ['mariadb-server'],
  rabbitmq: ['rabbitmq'],
  keystone: ['keystone', 'keystone-fernet', 'keystone-ssh'],
  glance: ['glance-api'],
  placement: ['placement-api'],
  cinder: ['cinder-api', 'cinder-backup', 'cinder-scheduler', 'cinder-volume'],
  heat: ['heat-api', 'heat-api-cfn', 'heat-engine'],
  horizon: ['horizon'],
  openvswitch: ['openvswitch-db-server', 'openvswitch-vswitchd'],
  nova: ['nova-api', 'nova-scheduler'],
  'nova-cell': ['nova-compute', 'nova-conductor', 'nova-libvirt', 'nova-novncproxy', 'nova-ssh'],
  neutron: [
    ...['neutron-dhcp-agent', 'neutron-l3-agent', 'neutron-metadata-agent'],
    ...['neutron-openvswitch-agent', 'neutron-server'],
  ],
  'ceph-mon': ['ceph-mon'],
  'ceph-mgr': ['ceph-mgr'],
  'ceph-osd': ['ceph-osd'],
  'ceph-rgw': ['ceph-rgw'],
} as const satisfies Readonly<Record<string, readonly string[]>>

type Built = keyof typeof imagesByService

const profiles = {
  /** What deploys a highly available control plane with Keystone. */
  'control-plane': ['cron', 'haproxy', 'keepalived', 'memcached', 'mariadb', 'rabbitmq', 'keystone'],
  /** What needs no hypervisor. */
  openstack: ['glance', 'placement', 'cinder', 'heat', 'horizon'],
  /** Virtual machines and their networks. */
  compute: ['openvswitch', 'nova', 'nova-cell', 'neutron'],
  ceph: ['ceph-mon', 'ceph-mgr', 'ceph-osd', 'ceph-rgw'],
} as const satisfies Readonly<Record<string, readonly Built[]>>

/** All images that these services of the catalogue need. */
export function imagesOf(services: readonly string[]): string[] {
  const known: Readonly<Record<string, readonly string[]>> = imagesByService
  return services.flatMap((service) => known[service] ?? [])
}

/** Profiles of ours, image by image. Together they are the whole cloud. */
export const ownProfiles: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(profiles).map(([profile, services]) => [profile, imagesOf(services)]),
)

/** As kolla-build writes profiles, regular expressions over image names: one that Kolla had for its own tests. */
export const gate: readonly string[] = [
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
]

/** kolla-build 21 and 22 have these, and `gate` by our configuration. */
export const kollaProfiles: readonly string[] = ['infra', 'main', 'aux', 'default', 'gate']

/** What can be built from Debian's and Python's package registries alone. Of Kolla's profile `aux` nothing can. */
export const packagesOnlyImages: readonly string[] = [
  ...Object.values(ownProfiles).flat(),
  'haproxy-ssh',
  'iscsid',
  'tgtd',
]
