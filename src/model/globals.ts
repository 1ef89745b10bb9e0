import { z } from 'zod'
import { dimensions } from './dimensions.js'
import {
  accountSettings,
  agentSettings,
  apiSettings,
  containerSettings,
  imageTags,
  listenerSettings,
  serviceSettings,
} from './service-settings.js'
import {
  account,
  cephName,
  count,
  devices,
  doubleQuotable,
  haproxyTime,
  hostOrAddress,
  integer,
  interfaceName,
  interfaceNames,
  kernelParameter,
  logSize,
  mapping,
  oneOf,
  only,
  port,
  regions,
  setting,
  text,
  textOrEmpty,
  url,
  word,
  words,
  yesNo,
} from './setting.js'

/** kolla-ansible also takes a path on the host. */
const volume = z
  .string()
  .regex(/^[\w.-]+$/, { error: 'must be the name of a volume: this version mounts no path there' })

const hostFolder = z.preprocess(
  (value) => (typeof value === 'string' ? value.replace(/\/+$/, '') : value),
  z.literal('/etc/kolla', {
    error: 'must be /etc/kolla: this version uses no other folder on hosts',
  }),
)

const shard = z.preprocess(
  (value) => (value === '0' ? 0 : value),
  z.literal(0, { error: 'must be 0: this version makes one Galera cluster, no shards' }),
)

/**
 * The keys of globals.yml that we act on, with kolla-ansible's own names. A default is kolla-ansible 22.2's
 * (`ansible/group_vars/all`, role defaults) unless a comment says otherwise, and may be a Jinja expression as there.
 * A setting without default is unset: for `openstack_service_workers` that means "by the host's processors".
 */
export const settings = {
  // Release and images
  kolla_base_distro: setting(text, 'debian'), // kolla-ansible: rocky
  openstack_release: setting(text, '2026.1'),
  openstack_tag: setting(
    text,
    "{{ openstack_release }}-{{ kolla_base_distro }}-{{ 'bookworm' if openstack_release | string == '2025.2' else 'trixie' }}{{ openstack_tag_suffix }}",
  ),
  openstack_tag_suffix: setting(textOrEmpty, ''),
  cron_tag: setting(text, '{{ openstack_tag }}'),
  haproxy_tag: setting(text, '{{ openstack_tag }}'),
  keepalived_tag: setting(text, '{{ openstack_tag }}'),
  mariadb_tag: setting(text, '{{ openstack_tag }}'),
  memcached_tag: setting(text, '{{ openstack_tag }}'),
  rabbitmq_tag: setting(text, '{{ openstack_tag }}'),
  keystone_tag: setting(text, '{{ openstack_tag }}'),
  ...imageTags('keystone', 'keystone_service', 'keystone_ssh', 'keystone_fernet'),
  ceph_tag: setting(text, '{{ openstack_tag }}'),
  docker_registry: setting(textOrEmpty, 'quay.io'),
  docker_registry_insecure: setting(yesNo, false),
  docker_registry_username: setting(textOrEmpty, ''),
  docker_namespace: setting(text, 'openstack.kolla'),
  docker_image_name_prefix: setting(textOrEmpty, ''),
  docker_image_url: setting(
    text,
    "{{ docker_registry ~ '/' if docker_registry else '' }}{{ docker_namespace }}/{{ docker_image_name_prefix }}",
  ),
  /** Ours: what the host that builds images reaches, the internet or only Debian's and Python's packages. */
  image_build_environment: setting(oneOf('upstream', 'packages-only'), 'upstream'),

  // Networks
  kolla_internal_vip_address: setting(text),
  kolla_internal_fqdn: setting(hostOrAddress, '{{ kolla_internal_vip_address }}'),
  kolla_external_vip_address: setting(text, '{{ kolla_internal_vip_address }}'),
  kolla_external_fqdn: setting(
    hostOrAddress,
    '{{ kolla_internal_fqdn if kolla_same_external_internal_vip | bool else kolla_external_vip_address }}',
  ),
  kolla_same_external_internal_vip: setting(
    yesNo,
    '{{ kolla_external_vip_address == kolla_internal_vip_address }}',
  ),
  network_interface: setting(interfaceName, 'eth0'),
  api_interface: setting(interfaceName, '{{ network_interface }}'),
  cluster_interface: setting(interfaceName, '{{ network_interface }}'),
  storage_interface: setting(interfaceName, '{{ network_interface }}'),
  tunnel_interface: setting(interfaceName, '{{ network_interface }}'),
  migration_interface: setting(interfaceName, '{{ api_interface }}'),
  kolla_external_vip_interface: setting(interfaceName, '{{ network_interface }}'),
  network_address_family: setting(only('ipv4'), 'ipv4'),
  api_address_family: setting(only('ipv4'), '{{ network_address_family }}'),

  // Hosts (names of kolla-ansible's collection openstack.kolla, role baremetal)
  customize_etc_hosts: setting(yesNo, true),
  disable_firewall: setting(yesNo, true),
  change_selinux: setting(yesNo, true),
  selinux_state: setting(oneOf('permissive', 'disabled', 'enforcing'), 'permissive'),
  enable_host_ntp: setting(yesNo, true), // kolla-ansible: no; the source sets up ntp on every host
  docker_runtime_directory: setting(textOrEmpty, ''),
  docker_custom_config: setting(mapping("{'live-restore': true}"), {}),
  docker_log_max_file: setting(count, 5),
  docker_log_max_size: setting(text, '50m'),
  set_sysctl: setting(yesNo, true),

  // Containers
  kolla_container_engine: setting(only('docker'), 'docker'),
  /** The directory of globals.yml, on the machine that deploys. */
  node_config: setting(text, "{{ CONFIG_DIR | default('/etc/kolla') }}"),
  node_config_directory: setting(hostFolder, '/etc/kolla'),
  node_custom_config: setting(text, '{{ node_config }}/config'),
  docker_restart_policy: setting(
    oneOf('no', 'on-failure', 'always', 'unless-stopped'),
    'unless-stopped',
  ),
  docker_restart_policy_retry: setting(count, 10),
  docker_graceful_timeout: setting(count, 60),
  config_strategy: setting(only('COPY_ALWAYS'), 'COPY_ALWAYS'),
  default_container_dimensions: setting(dimensions, {
    ulimits: { nofile: { soft: 1048576, hard: 1048576 } },
  }),
  enable_container_healthchecks: setting(yesNo, true),
  default_container_healthcheck_interval: setting(count, 30),
  default_container_healthcheck_timeout: setting(count, 30),
  default_container_healthcheck_retries: setting(count, 3),
  default_container_healthcheck_start_period: setting(count, 5),
  haproxy_enable_healthchecks: setting(yesNo, '{{ enable_container_healthchecks }}'),
  keystone_enable_healthchecks: setting(yesNo, '{{ enable_container_healthchecks }}'),
  keystone_fernet_enable_healthchecks: setting(yesNo, '{{ enable_container_healthchecks }}'),
  keystone_ssh_enable_healthchecks: setting(yesNo, '{{ enable_container_healthchecks }}'),
  mariadb_enable_healthchecks: setting(yesNo, '{{ enable_container_healthchecks }}'),
  memcached_enable_healthchecks: setting(yesNo, '{{ enable_container_healthchecks }}'),
  rabbitmq_enable_healthchecks: setting(yesNo, '{{ enable_container_healthchecks }}'),
  cron_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  haproxy_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  keepalived_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  mariadb_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  memcached_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  rabbitmq_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  keystone_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  keystone_ssh_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  keystone_fernet_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  ceph_mon_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  ceph_mgr_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  ceph_osd_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  ceph_rgw_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),

  // Services
  enable_openstack_core: setting(yesNo, true),
  enable_haproxy: setting(yesNo, true),
  enable_keepalived: setting(yesNo, '{{ enable_haproxy | bool }}'),
  enable_loadbalancer: setting(
    yesNo,
    '{{ enable_haproxy | bool or enable_keepalived | bool or enable_proxysql | bool }}',
  ),
  enable_proxysql: setting(yesNo, false), // kolla-ansible: yes; HAProxy balances MariaDB here
  enable_external_mariadb_load_balancer: setting(yesNo, false),
  enable_mariadb: setting(yesNo, true),
  enable_mariabackup: setting(yesNo, false),
  enable_memcached: setting(yesNo, true),
  enable_rabbitmq: setting(yesNo, true),
  enable_keystone: setting(yesNo, '{{ enable_openstack_core | bool }}'),
  enable_glance: setting(yesNo, '{{ enable_openstack_core | bool }}'),
  enable_placement: setting(
    yesNo,
    '{{ enable_nova | bool or enable_zun | default(false) | bool }}',
  ),
  enable_nova: setting(yesNo, '{{ enable_openstack_core | bool }}'),
  enable_neutron: setting(yesNo, '{{ enable_openstack_core | bool }}'),
  enable_openvswitch: setting(yesNo, '{{ enable_neutron | bool }}'),
  enable_heat: setting(yesNo, '{{ enable_openstack_core | bool }}'),
  enable_horizon: setting(yesNo, '{{ enable_openstack_core | bool }}'),
  enable_cinder: setting(yesNo, false),
  enable_magnum: setting(yesNo, false),
  enable_watcher: setting(yesNo, false),
  enable_ceph: setting(yesNo, false), // as kolla-ansible had it until 2019
  enable_ceph_rgw: setting(yesNo, false),
  enable_ceph_rgw_loadbalancer: setting(yesNo, '{{ enable_ceph_rgw | bool }}'),
  enable_fluentd: setting(yesNo, false), // kolla-ansible: yes
  enable_central_logging: setting(yesNo, false),
  enable_chrony: setting(yesNo, false), // a container of older kolla-ansible; time is the host's own here

  // TLS
  kolla_enable_tls_internal: setting(yesNo, false),
  kolla_enable_tls_external: setting(yesNo, false),
  kolla_enable_tls_backend: setting(yesNo, false),
  internal_protocol: setting(text, "{{ 'https' if kolla_enable_tls_internal | bool else 'http' }}"),
  public_protocol: setting(text, "{{ 'https' if kolla_enable_tls_external | bool else 'http' }}"),
  rabbitmq_enable_tls: setting(yesNo, false),

  // HAProxy and Keepalived
  /** No: what is asked from outside is balanced by somebody else, or not at all. */
  haproxy_enable_external_vip: setting(yesNo, '{{ not kolla_same_external_internal_vip | bool }}'),
  haproxy_single_external_frontend: setting(yesNo, false),
  keepalived_virtual_router_id: setting(integer(1, 255), 51),
  keepalived_traffic_mode: setting(oneOf('multicast', 'unicast'), 'multicast'),
  keepalived_track_script_enabled: setting(yesNo, true),
  haproxy_user: setting(account, 'openstack'),
  haproxy_stats_port: setting(port, 1984),
  haproxy_monitor_port: setting(port, 61313),
  haproxy_max_connections: setting(count, 40000),
  haproxy_defaults_max_connections: setting(count, 10000),
  haproxy_processes: setting(count, 1), // name of older kolla-ansible, now haproxy_threads
  haproxy_threads: setting(count, '{{ haproxy_processes }}'),
  haproxy_http_request_timeout: setting(haproxyTime, '10s'),
  haproxy_http_keep_alive_timeout: setting(haproxyTime, '10s'),
  haproxy_queue_timeout: setting(haproxyTime, '1m'),
  haproxy_connect_timeout: setting(haproxyTime, '10s'),
  haproxy_client_timeout: setting(haproxyTime, '1m'),
  haproxy_server_timeout: setting(haproxyTime, '1m'),
  haproxy_check_timeout: setting(haproxyTime, '10s'),

  // MariaDB
  database_address: setting(hostOrAddress, '{{ kolla_internal_fqdn }}'),
  database_port: setting(port, 3306),
  database_user: setting(account, 'root'),
  database_max_pool_size: setting(count, 1),
  database_connection_recycle_time: setting(count, 10),
  use_preconfigured_databases: setting(yesNo, false),
  mariadb_default_database_shard_id: setting(shard, 0),
  mariadb_shard_id: setting(shard, '{{ mariadb_default_database_shard_id }}'),
  mariadb_port: setting(port, '{{ database_port }}'),
  mariadb_wsrep_port: setting(port, 4567),
  mariadb_ist_port: setting(port, 4568),
  mariadb_sst_port: setting(port, 4444),
  mariadb_monitor_user: setting(account, 'monitor'),
  mariadb_datadir_volume: setting(volume, 'mariadb'),
  mariadb_innodb_log_file_size_mb: setting(integer(4, 524288), 2048),
  mariadb_wsrep_sst_method: setting(word, 'mariabackup'),

  // RabbitMQ and memcached
  rabbitmq_user: setting(account, 'openstack'),
  rabbitmq_monitoring_user: setting(account, 'openstack-monitoring'),
  rabbitmq_port: setting(port, 5672),
  rabbitmq_management_port: setting(port, 15672),
  rabbitmq_cluster_port: setting(port, 25672),
  rabbitmq_epmd_port: setting(port, 4369),
  rabbitmq_prometheus_port: setting(port, 15692),
  rabbitmq_datadir_volume: setting(volume, 'rabbitmq'),
  rabbitmq_cluster_partition_handling: setting(word, 'pause_minority'),
  rabbitmq_server_additional_erl_args: setting(
    doubleQuotable,
    '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
  ),
  rabbitmq_enable_prometheus_plugin: setting(yesNo, '{{ enable_prometheus | default(false) }}'),
  rabbitmq_stream_max_segment_size_bytes: setting(count, 500_000_000),
  rabbitmq_stream_segment_max_age: setting(text, '1800s'),
  memcached_port: setting(port, 11211),
  memcached_connection_limit: setting(count, 5000),
  memcached_max_memory: setting(count, 256),
  memcache_security_strategy: setting(text, 'ENCRYPT'),

  // OpenStack
  openstack_region_name: setting(text, 'RegionOne'),
  multiple_regions_names: setting(regions, '{{ [openstack_region_name] }}'),
  openstack_logging_debug: setting(yesNo, false),
  om_enable_rabbitmq_stream_fanout: setting(yesNo, true),
  om_rabbitmq_qos_prefetch_count: setting(
    count,
    "{{ 1 if openstack_release | string == '2025.2' else 50 }}",
  ),
  openstack_service_workers: setting(count.optional()),

  // Keystone
  keystone_admin_user: setting(text, 'admin'),
  keystone_admin_project: setting(text, 'admin'),
  keystone_public_port: setting(port, '{{ keystone_public_listen_port }}'),
  keystone_public_listen_port: setting(port, 5000),
  keystone_internal_url: setting(
    url,
    'http://{{ kolla_internal_fqdn }}:{{ keystone_internal_port }}',
  ),
  keystone_public_url: setting(url, 'http://{{ kolla_external_fqdn }}:{{ keystone_public_port }}'),
  keystone_internal_port: setting(port, 5000),
  keystone_internal_listen_port: setting(port, '{{ keystone_internal_port }}'),
  keystone_listen_port: setting(port, '{{ keystone_internal_listen_port }}'),
  keystone_ssh_port: setting(port, 8023),
  keystone_database_name: setting(account, 'keystone'),
  keystone_database_user: setting(account, 'keystone'),
  keystone_api_workers: setting(count.optional()),
  keystone_logging_debug: setting(yesNo, '{{ openstack_logging_debug }}'),
  keystone_default_user_role: setting(text, 'member'),
  fernet_token_expiry: setting(count, 86400),
  fernet_token_allow_expired_window: setting(count, 172800),
  fernet_key_rotation_interval: setting(
    count,
    '{{ fernet_token_expiry | int + fernet_token_allow_expired_window | int }}',
  ),

  // Placement
  ...serviceSettings('placement'),
  ...accountSettings('placement'),
  ...apiSettings('placement_api', 8780),
  ...imageTags('placement', 'placement_api'),

  // Glance
  ...serviceSettings('glance'),
  ...accountSettings('glance'),
  ...apiSettings('glance_api', 9292),
  ...imageTags('glance', 'glance_api'),
  glance_backend_ceph: setting(yesNo, '{{ enable_ceph | bool }}'), // kolla-ansible: no; its Ceph is never its own
  glance_backend_file: setting(yesNo, '{{ not glance_backend_ceph | bool }}'),
  glance_file_datadir_volume: setting(volume, 'glance'),
  /** Ours: images tell where they lie, so that Cinder and Nova clone them in Ceph and copy nothing. */
  glance_show_image_direct_url: setting(yesNo, '{{ glance_backend_ceph | bool }}'),
  enable_glance_image_cache: setting(yesNo, false),
  /** In bytes. */
  glance_cache_max_size: setting(integer(0, Number.MAX_SAFE_INTEGER), 10_737_418_240),
  glance_enable_property_protection: setting(yesNo, false),
  glance_enable_interoperable_image_import: setting(yesNo, false),
  haproxy_glance_api_client_timeout: setting(haproxyTime, '6h'),
  haproxy_glance_api_server_timeout: setting(haproxyTime, '6h'),

  // Cinder
  ...serviceSettings('cinder'),
  ...accountSettings('cinder'),
  ...apiSettings('cinder_api', 8776),
  ...containerSettings('cinder_scheduler'),
  ...containerSettings('cinder_volume'),
  ...containerSettings('cinder_backup'),
  ...imageTags('cinder', 'cinder_api', 'cinder_scheduler', 'cinder_volume', 'cinder_backup'),
  enable_cinder_backup: setting(yesNo, true),
  cinder_backend_ceph: setting(yesNo, '{{ enable_ceph | bool }}'), // kolla-ansible: no
  cinder_backend_ceph_name: setting(text, 'rbd-1'),
  cinder_backup_driver: setting(only('ceph'), 'ceph'),
  cinder_cluster_name: setting(textOrEmpty, ''),

  // Nova
  ...serviceSettings('nova'),
  ...accountSettings('nova'),
  ...apiSettings('nova_api', 8774),
  ...listenerSettings('nova_metadata', 8775),
  ...containerSettings('nova_scheduler'),
  ...containerSettings('nova_conductor'),
  ...listenerSettings('nova_novncproxy', 6080),
  ...containerSettings('nova_libvirt'),
  ...containerSettings('nova_ssh'),
  ...containerSettings('nova_compute'),
  ...imageTags('nova', 'nova_api', 'nova_scheduler', 'nova_conductor', 'nova_novncproxy'),
  ...imageTags('nova', 'nova_libvirt', 'nova_ssh', 'nova_compute'),
  nova_metadata_api_workers: setting(count.optional()),
  nova_scheduler_workers: setting(count.optional()),
  nova_cell_conductor_workers: setting(count.optional()),
  nova_scheduler_healthcheck_retries: setting(
    count,
    "{{ default_container_healthcheck_retries if openstack_release | string == '2025.2' else 8 }}",
  ),
  nova_enable_external_metadata: setting(yesNo, false),
  nova_novncproxy_fqdn: setting(hostOrAddress, '{{ kolla_external_fqdn }}'),
  nova_novncproxy_public_port: setting(port, '{{ nova_novncproxy_port }}'),
  nova_api_database_name: setting(account, 'nova_api'),
  nova_api_database_user: setting(account, 'nova_api'),
  nova_cell0_database_name: setting(account, '{{ nova_database_name }}_cell0'),
  nova_cell_database_name: setting(account, '{{ nova_database_name }}'),
  nova_backend_ceph: setting(yesNo, '{{ enable_ceph | bool }}'), // kolla-ansible: no
  nova_hw_disk_discard: setting(textOrEmpty, 'unmap'),
  nova_compute_virt_type: setting(oneOf('kvm', 'qemu'), 'kvm'),
  nova_libvirt_cpu_mode: setting(textOrEmpty, ''), // kolla-ansible: host-passthrough on aarch64
  nova_console: setting(oneOf('none', 'novnc', 'spice'), 'novnc'),
  nova_instance_datadir_volume: setting(volume, 'nova_compute'),
  nova_libvirt_dimensions: setting(
    dimensions,
    '{{ default_container_dimensions | combine(nova_libvirt_default_dimensions, recursive=true) }}',
  ),
  nova_libvirt_logging_debug: setting(yesNo, '{{ nova_logging_debug }}'),
  // Nothing tells clients of libvirt another one, with kolla-ansible neither.
  nova_libvirt_port: setting(integer(16509, 16509), 16509),
  nova_ssh_port: setting(port, 8022),
  qemu_user_gid: setting(count, 42427),
  qemu_max_files: setting(count, 32768),
  qemu_max_processes: setting(count, 131072),
  libvirt_max_client_requests: setting(count, 20),
  libvirt_max_workers: setting(count, 50),
  libvirt_enable_sasl: setting(yesNo, true),
  libvirt_sasl_authname: setting(account, 'nova'),
  libvirt_tls: setting(yesNo, false),
  enable_nova_ssh: setting(yesNo, true),
  enable_nova_libvirt_container: setting(yesNo, true),
  enable_nova_fake: setting(yesNo, false),
  enable_nova_serialconsole_proxy: setting(yesNo, false),
  enable_nova_swtpm: setting(yesNo, false),
  enable_cells: setting(yesNo, false),

  // Heat
  ...serviceSettings('heat'),
  ...accountSettings('heat'),
  ...apiSettings('heat_api', 8004),
  ...apiSettings('heat_api_cfn', 8000),
  ...containerSettings('heat_engine'),
  ...imageTags('heat', 'heat_api', 'heat_api_cfn', 'heat_engine'),
  heat_engine_workers: setting(count.optional()),
  heat_stack_owner_role: setting(text, 'heat_stack_owner'),
  heat_stack_user_role: setting(text, 'heat_stack_user'),

  // Horizon
  ...serviceSettings('horizon'),
  ...containerSettings('horizon'),
  horizon_port: setting(port, 80),
  horizon_listen_port: setting(port, "{{ '8080' if enable_haproxy | bool else horizon_port }}"),
  horizon_wsgi_processes: setting(count.optional()),
  horizon_wsgi_threads: setting(count, 1),
  horizon_keystone_multidomain: setting(yesNo, false),
  enable_horizon_heat: setting(yesNo, '{{ enable_heat | bool }}'),

  // Open vSwitch
  openvswitch_tag: setting(text, '{{ openstack_tag }}'),
  ...containerSettings('openvswitch_db'),
  ...containerSettings('openvswitch_vswitchd'),
  ...imageTags('openvswitch', 'openvswitch_db', 'openvswitch_vswitchd'),
  /** Unset: the kernel's where the host has it, else the one in userspace. kolla-ansible: system. */
  ovs_datapath: setting(oneOf('system', 'netdev').optional()),
  ovsdb_port: setting(port, 6640),

  // Neutron
  ...serviceSettings('neutron'),
  ...accountSettings('neutron'),
  ...listenerSettings('neutron_server', 9696),
  neutron_server_public_port: setting(port, '{{ neutron_server_port }}'),
  neutron_api_workers: setting(count.optional()),
  ...containerSettings('neutron_rpc_server'),
  ...containerSettings('neutron_periodic_worker'),
  neutron_agent_dimensions: setting(dimensions, '{{ default_container_dimensions }}'),
  ...agentSettings('neutron_openvswitch_agent'),
  ...agentSettings('neutron_dhcp_agent'),
  ...agentSettings('neutron_l3_agent'),
  ...agentSettings('neutron_metadata_agent'),
  ...imageTags('neutron', 'neutron_server', 'neutron_rpc_server', 'neutron_periodic_worker'),
  ...imageTags('neutron', 'neutron_openvswitch_agent', 'neutron_dhcp_agent', 'neutron_l3_agent'),
  ...imageTags('neutron', 'neutron_metadata_agent'),
  neutron_metadata_agent_enable_healthchecks: setting(yesNo, false),
  neutron_metadata_workers: setting(count.optional()),
  neutron_plugin_agent: setting(only('openvswitch'), 'openvswitch'),
  neutron_ipam_driver: setting(only('internal'), 'internal'),
  /** Interfaces, with commas between them, one for each of the bridges. */
  neutron_external_interface: setting(interfaceNames, 'eth1'),
  neutron_bridge_name: setting(interfaceNames, 'br-ex'),
  neutron_physical_networks: setting(
    words,
    "{% for bridge in neutron_bridge_name.split(',') %}physnet{{ loop.index }}{% if not loop.last %},{% endif %}{% endfor %}",
  ),
  neutron_type_drivers: setting(words, 'flat,vlan,vxlan'),
  neutron_tenant_network_types: setting(words, 'vxlan'),
  enable_neutron_provider_networks: setting(yesNo, false),
  computes_need_external_bridge: setting(yesNo, '{{ enable_neutron_provider_networks | bool }}'),
  enable_neutron_agent_ha: setting(yesNo, false),
  dhcp_agents_per_network: setting(count, 2),
  max_l3_agents_per_router: setting(count, 3),
  enable_neutron_dvr: setting(yesNo, false),
  enable_neutron_packet_logging: setting(yesNo, false),
  enable_neutron_port_forwarding: setting(yesNo, false),
  enable_neutron_qos: setting(yesNo, false),
  enable_neutron_segments: setting(yesNo, false),
  enable_neutron_trunk: setting(yesNo, false),
  neutron_agents_wrappers: setting(yesNo, true),
  neutron_dnsmasq_dns_servers: setting(text, '1.1.1.1,8.8.8.8,8.8.4.4'),
  neutron_dns_domain: setting(text, 'openstacklocal'),
  ovsdb_timeout: setting(count, 10),
  neutron_l3_agent_host_ipv4_neigh_gc_thresh1: setting(kernelParameter, 128),
  neutron_l3_agent_host_ipv4_neigh_gc_thresh2: setting(kernelParameter, 28672),
  neutron_l3_agent_host_ipv4_neigh_gc_thresh3: setting(kernelParameter, 32768),
  neutron_l3_agent_host_ipv6_neigh_gc_thresh1: setting(
    kernelParameter,
    '{{ neutron_l3_agent_host_ipv4_neigh_gc_thresh1 }}',
  ),
  neutron_l3_agent_host_ipv6_neigh_gc_thresh2: setting(
    kernelParameter,
    '{{ neutron_l3_agent_host_ipv4_neigh_gc_thresh2 }}',
  ),
  neutron_l3_agent_host_ipv6_neigh_gc_thresh3: setting(
    kernelParameter,
    '{{ neutron_l3_agent_host_ipv4_neigh_gc_thresh3 }}',
  ),
  openstack_service_rpc_workers: setting(count.optional()),

  // Ceph, with the names of kolla-ansible, which deployed it until 2019; the disks are ours, for hosts of [ceph-osd]
  ceph_osd_disks: setting(devices, []),
  ceph_journal_disks: setting(devices, []),
  ceph_cluster: setting(only('ceph'), 'ceph'),
  ceph_glance_pool_name: setting(cephName, 'images'),
  ceph_glance_user: setting(cephName, 'glance'),
  ceph_cinder_pool_name: setting(cephName, 'volumes'),
  ceph_cinder_user: setting(cephName, 'cinder'),
  ceph_cinder_backup_pool_name: setting(cephName, 'backups'),
  ceph_cinder_backup_user: setting(cephName, 'cinder-backup'),
  ceph_nova_pool_name: setting(cephName, 'vms'),
  ceph_nova_user: setting(cephName, 'nova'), // kolla-ansible: Cinder's
  ceph_rgw_port: setting(port, 6780),
  ceph_rgw_public_port: setting(port, '{{ ceph_rgw_port }}'),
  ceph_rgw_keystone_user: setting(account, 'ceph_rgw'),

  // Log rotation
  cron_logrotate_log_maxsize: setting(logSize, '100M'),
  cron_logrotate_log_minsize: setting(logSize, '30M'),
  cron_logrotate_rotation_interval: setting(word, 'weekly'),
  cron_logrotate_rotation_count: setting(count, 6),
  cron_logrotate_schedule: setting(word, 'daily'),
}

type Settings = typeof settings

/**
 * Resolved and checked values: no Jinja is left, yes/no are booleans, ports and counts are numbers.
 * At run time every other variable of the operator is there too, under its own name, for Jinja in overrides.
 */
export type Globals = Readonly<z.output<z.ZodObject<Shape>>>

type Shape = { [Key in keyof Settings]: Settings[Key]['schema'] }

const shape = Object.fromEntries(
  Object.entries(settings).map(([key, { schema }]) => [key, schema]),
) as Shape

export const globalsSchema = z.looseObject(shape)
