/** What deploys a highly available control plane with Keystone. */
const controlPlane = [
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

/** What needs no hypervisor: Placement, Glance, Cinder, Heat, Horizon. */
const openstack = [
  'cinder-api',
  'cinder-backup',
  'cinder-scheduler',
  'cinder-volume',
  'glance-api',
  'heat-api',
  'heat-api-cfn',
  'heat-engine',
  'horizon',
  'placement-api',
] as const

/** Virtual machines and their networks: Nova, Neutron, Open vSwitch. */
const compute = [
  'neutron-dhcp-agent',
  'neutron-l3-agent',
  'neutron-metadata-agent',
  'neutron-openvswitch-agent',
  'neutron-server',
  'nova-api',
  'nova-compute',
  'nova-conductor',
  'nova-libvirt',
  'nova-novncproxy',
  'nova-scheduler',
  'nova-ssh',
  'openvswitch-db-server',
  'openvswitch-vswitchd',
] as const

/** Kolla has no images of Ceph; these are built from our own templates in `images/docker`. */
const ceph = ['ceph-mgr', 'ceph-mon', 'ceph-osd', 'ceph-rgw'] as const

/** Profiles of ours, image by image. Together they are the whole cloud. */
export const ownProfiles: Readonly<Record<string, readonly string[]>> = {
  'control-plane': controlPlane,
  openstack,
  compute,
  ceph,
}

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
