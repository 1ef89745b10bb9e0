import type { Value } from '../jinja/render.js'

/**
 * Defaults of kolla-ansible's that are Jinja, of keys that people write out in globals.yml as they stand, where they
 * need what we don't know or don't read.
 */
const defaults: Readonly<Record<string, string>> = {
  api_interface_address: "{{ 'api' | kolla_address }}",
  ceph_rgw_external_fqdn: '{{ kolla_external_fqdn }}',
  ceph_rgw_internal_fqdn: '{{ kolla_internal_fqdn }}',
  default_container_dimensions:
    "{{ default_container_dimensions_docker if kolla_container_engine == 'docker' else default_container_dimensions_podman }}",
  docker_disable_default_network: '{{ docker_disable_default_iptables_rules }}',
  docker_disable_ip_forward: '{{ docker_disable_default_iptables_rules }}',
  enable_ceph_rgw_keystone: '{{ enable_ceph_rgw | bool }}',
  enable_opensearch_dashboards: '{{ enable_opensearch | bool }}',
  enable_opensearch_dashboards_external: '{{ enable_opensearch_dashboards | bool }}',
  enable_prometheus_alertmanager_external: '{{ enable_prometheus_alertmanager | bool }}',
  haproxy_backend_cacert:
    "{{ 'ca-certificates.crt' if kolla_base_distro in ['debian', 'ubuntu'] else 'ca-bundle.crt' }}",
  keystone_external_fqdn: '{{ kolla_external_fqdn }}',
  keystone_internal_fqdn: '{{ kolla_internal_fqdn }}',
  kolla_ansible_setup_filter: '{{ omit }}',
  kolla_ansible_setup_gather_subset: '{{ omit }}',
  kolla_base_distro_version: '{{ kolla_base_distro_version_default_map[kolla_base_distro] }}',
  kolla_certificates_dir: '{{ node_config }}/certificates',
  kolla_external_fqdn_cert: '{{ kolla_certificates_dir }}/haproxy.pem',
  kolla_internal_fqdn_cert: '{{ kolla_certificates_dir }}/haproxy-internal.pem',
  kolla_tls_backend_cert: '{{ kolla_certificates_dir }}/backend-cert.pem',
  kolla_tls_backend_key: '{{ kolla_certificates_dir }}/backend-key.pem',
  migration_interface_address: "{{ 'migration' | kolla_address }}",
  om_notify_password: '{{ rabbitmq_password }}',
  om_notify_port: '{{ rabbitmq_port }}',
  om_notify_user: '{{ rabbitmq_user }}',
  om_rabbitmq_cacert: '{{ rabbitmq_cacert }}',
  om_rpc_password: '{{ rabbitmq_password }}',
  om_rpc_port: '{{ rabbitmq_port }}',
  om_rpc_user: '{{ rabbitmq_user }}',
  openstack_service_rpc_workers: '{{ [ansible_facts.processor_vcpus, 3] | min }}',
  openstack_service_workers: '{{ [ansible_facts.processor_vcpus, 5] | min }}',
  openstack_tag:
    '{{ openstack_release }}-{{ kolla_base_distro }}-{{ kolla_base_distro_version }}{{ openstack_tag_suffix }}',
  rabbitmq_cacert:
    "/etc/ssl/certs/{{ 'ca-certificates.crt' if kolla_base_distro in ['debian', 'ubuntu'] else 'ca-bundle.crt' }}",
  tunnel_interface_address: "{{ 'tunnel' | kolla_address }}",
}

/** Whether somebody wrote out kolla-ansible's own default. */
export function isJinjaDefault(key: string, value: Value): boolean {
  const known = Object.hasOwn(defaults, key) ? defaults[key] : undefined
  return known !== undefined && typeof value === 'string' && bare(value) === bare(known)
}

function bare(text: string): string {
  return text.replace(/\s/g, '').replaceAll('"', "'")
}
