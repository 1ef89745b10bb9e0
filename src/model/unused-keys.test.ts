import { describe, expect, it } from 'vitest'
import { read, small } from './testing/read.js'

const findings = (lines: string) => {
  const { cloud, findings: found } = read({ ...small, globals: `${small.globals}${lines}\n` })
  expect(cloud).toBeDefined()
  return found
}

describe('a key that nothing reads', () => {
  it.each([
    'haproxy_ssh_port: 2222',
    'keepalived_extra_volumes: [/srv:/srv]',
    'mariadb_wsrep_extra_provider_options: [gcache.size=1G]',
    'memcached_extra_volumes: [/srv:/srv]',
    'rabbitmq_ha_replica_count: 3',
    'config_owner_user: operator',
    'keystone_identity_providers: [{name: x}]',
    'ceph_manila_user: mine',
    'docker_client_timeout: 240',
    'cron_extra_volumes: [/srv:/srv]',
    'container_http_proxy: http://proxy:3128',
    'kolla_dev_mode: yes',
    'om_rpc_transport: amqp',
    'enable_keystone_federation: "yes"',
    'storage_address_family: ipv6',
    'internal_protocol: https',
    'horizon_custom_themes: [{name: x}]',
    'horizon_tls_port: 8443',
  ])('%s is one warning', (line) => {
    const [key = ''] = line.split(':')
    expect(findings(line)).toEqual([
      `globals.yml:2:1: warning: '${key}' is read and does nothing here: remove it, or use an override below config/`,
    ])
  })

  it.each([
    ['keystone_image_full: r/keystone:mine', 'keystone_tag'],
    ['keystone_fernet_image: r/keystone-fernet', 'keystone_fernet_tag'],
    ['kolla_toolbox_image_full: r/x', 'openstack_tag'],
  ])('that names an image tells what to use instead: %s', (line, tag) => {
    const [key = ''] = line.split(':')
    expect(findings(line)).toEqual([
      `globals.yml:2:1: warning: '${key}' is read and does nothing here: serve the image under Kolla's own name, and say where by docker_registry, docker_namespace, docker_image_name_prefix (or docker_image_url) and by ${tag}`,
    ])
  })

  it("that is the engine's has a place in docker_custom_config", () => {
    expect(findings('docker_registry_mirrors: [https://mirror]')).toEqual([
      "globals.yml:2:1: warning: 'docker_registry_mirrors' is read and does nothing here: set 'registry-mirrors' in docker_custom_config",
    ])
  })

  it.each([
    [
      'docker_https_proxy: http://p',
      "give it to Docker's service (`systemctl edit docker`: Environment=HTTPS_PROXY=…)",
    ],
    ['docker_disable_ip_forward: yes', "set 'ip-forward' in docker_custom_config"],
    ['docker_disable_default_iptables_rules: yes', "set 'iptables' in docker_custom_config"],
    [
      'api_interface_address: 10.0.0.7',
      'remove it, services listen on the address of api_interface',
    ],
  ])('that asks for something by %s is one warning', (line, wayOut) => {
    const overrides = [{ path: 'keystone.conf', text: '[a]\nb = {{ api_interface_address }}' }]
    const globals = `${small.globals}${line}\n`
    expect(read({ ...small, globals, overrides }).findings).toEqual([
      `globals.yml:2:1: warning: '${line.split(':')[0]}' is read and does nothing here: ${wayOut}`,
    ])
  })

  it.each([
    "kolla-ansible's default\nhaproxy_ssh_port: 2985\nhaproxy_enable_http2: 'yes'\ndocker_client_timeout: '120'",
    'nothing\nkeystone_identity_providers: []\ncron_extra_volumes:\ndocker_http_proxy: ""',
    'no\nenable_keystone_federation: no\nkeystone_oidc_enable_memcached: "False"',
    'the default that Jinja makes\nrabbitmq_ha_replica_count: 2\nkeystone_public_url: http://10.0.0.9:5000',
    "the list that Jinja makes\nmultiple_regions_names: ['RegionOne']",
    'what is so\nmariadb_loadbalancer: haproxy',
    "Ansible's\nkolla_ansible_delegate_facts_hosts: [kolla1]",
    'read\nmariadb_port: 3307\ndocker_image_url: x/\nkeystone_enable_healthchecks: no',
    'read by some services\nmemcache_security_strategy: MAC\nkeystone_default_user_role: user\nhorizon_port: 8080',
    "another service's\nglance_backend_ceph: yes\noctavia_network_type: tenant",
    'usual\ndocker_disable_ip_forward: "{{ docker_disable_default_iptables_rules }}"',
    'its default\nom_rpc_user: "{{ rabbitmq_user }}"\nkeystone_internal_fqdn: "{{ kolla_internal_fqdn }}"',
    'its default\napi_interface_address: "{{ \'api\'|kolla_address }}"\nkolla_ansible_setup_filter: "{{ omit }}"',
    'its default\nenable_opensearch_dashboards: "{{ enable_opensearch | bool }}"',
    "a role's default\nhaproxy_defaults_balance: roundrobin\nrabbitmq_message_ttl_ms: '600000'",
    'old\nstorage_address_family: ipv4\ninternal_protocol: http',
  ])('is quiet where it asks for nothing: %s', (lines) => {
    expect(findings(`# ${lines}`)).toEqual([])
  })

  it.each([
    ['', '[a]\nb = {{ docker_client_timeout }}'],
    ['openstack_region_name: "{{ docker_client_timeout }}"', ''],
  ])('is not honoured because Jinja names it: %j %j', (line, text) => {
    const overrides = [{ path: 'keystone.conf', text }]
    const globals = `${small.globals}docker_client_timeout: 240\n${line}`
    expect(read({ ...small, globals, overrides }).findings).toEqual([
      "globals.yml:2:1: warning: 'docker_client_timeout' is read by your Jinja alone and does nothing here: for a variable of your Jinja use a name of your own",
    ])
  })

  it('of a host is found at its place', () => {
    const inventory = `${small.inventory}[control:vars]\nrabbitmq_ha_replica_count=3\n`
    expect(read({ ...small, inventory }).findings).toEqual([
      "/cloud/multinode:8:1: warning: 'rabbitmq_ha_replica_count' is read and does nothing here: remove it, or use an override below config/",
    ])
  })

  it.each([
    ['[control:vars]\ndocker_client_timeout=240\n', {}, '/cloud/multinode:8:1'],
    [
      '',
      { 'host_vars/kolla2.yml': 'docker_client_timeout: 240' },
      '/cloud/host_vars/kolla2.yml:1:1',
    ],
    [
      '[control:vars]\ndocker_client_timeout="{{ minutes * 60 }}"\nminutes=4\n',
      { 'host_vars/kolla2.yml': 'docker_client_timeout: 120' },
      '/cloud/multinode:8:1',
    ],
  ])('has a default that hides nothing: %j', (more, inventoryVars, place) => {
    const inventory = small.inventory + more
    expect(read({ ...small, inventory, inventoryVars }).findings).toEqual([
      `${place}: warning: 'docker_client_timeout' is read and does nothing here: remove it, or use an override below config/`,
    ])
  })

  it.each<[string, string, Record<string, string>]>([
    ['', '[control:vars]\ndocker_client_timeout=120\n', {}],
    ['docker_client_timeout: 120', '[control:vars]\ndocker_client_timeout=240\n', {}],
    ['', '', { 'host_vars/kolla1.yml': 'haproxy_enable_http2: yes' }],
  ])(
    'asks for nothing where it is the default, or overruled: %j %j',
    (line, more, inventoryVars) => {
      const texts = {
        globals: small.globals + line,
        inventory: small.inventory + more,
        inventoryVars,
      }
      expect(read(texts).findings).toEqual([])
    },
  )
})
