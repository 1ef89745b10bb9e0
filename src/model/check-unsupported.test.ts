import { describe, expect, it } from 'vitest'
import { readCloud } from './read-cloud.js'
import { read, small } from './testing/read.js'

describe('what this version cannot do', () => {
  it.each([
    [
      'kolla_container_engine: podman',
      "'kolla_container_engine' must be docker: this version knows no other, not 'podman'",
    ],
    [
      'node_config_directory: /srv/kolla',
      "'node_config_directory' must be /etc/kolla: this version uses no other folder on hosts, not '/srv/kolla'",
    ],
    [
      'node_config: /etc/kolla',
      "'node_config' must be ., where globals.yml is, or left out, not '/etc/kolla'",
    ],
    [
      'node_custom_config: /etc/kolla/config',
      "'node_custom_config' must be config, or left out: overrides are read there alone, not in '/etc/kolla/config', move them",
    ],
    [
      'node_custom_config: /srv/config',
      "'node_custom_config' must be config, or left out: overrides are read there alone, not in '/srv/config', move them",
    ],
    [
      'mariadb_shard_id: 1',
      "'mariadb_shard_id' must be 0: this version makes one Galera cluster, no shards, not '1'",
    ],
    [
      'use_preconfigured_databases: "yes"',
      "'use_preconfigured_databases' must be no: this version makes databases and accounts itself, in its own MariaDB",
    ],
    [
      'enable_cells: yes',
      "'enable_cells' must be no: this version makes one cell, for all compute hosts",
    ],
    [
      'nova_console: spice',
      "'nova_console' must be novnc: this version knows no other, not 'spice'",
    ],
    ['libvirt_tls: yes', "'libvirt_tls' must be no: TLS is not supported yet"],
    [
      'enable_nova_libvirt_container: no',
      "'enable_nova_libvirt_container' must be yes: this version runs libvirt in a container",
    ],
    [
      'enable_mariadb: "no"',
      "'enable_mariadb' must be yes for Keystone: this version takes no database of others, set enable_keystone to no without one",
    ],
    [
      'database_address: db.example.org',
      "'database_address' must be 10.0.0.9, where HAProxy balances our MariaDB, or left out: this version takes no database of others, not 'db.example.org'",
    ],
    [
      'haproxy_single_external_frontend: true',
      "'haproxy_single_external_frontend' must be no: this version gives each service a port of its own",
    ],
    [
      'enable_loadbalancer: no',
      "'enable_loadbalancer' must be yes, or left out: set enable_haproxy and enable_keepalived to no where there shall be no load balancer",
    ],
  ])('%s is refused', (line, message) => {
    const { cloud, findings } = read({ ...small, globals: `${small.globals}${line}\n` })
    expect(cloud).toBeUndefined()
    expect(findings).toEqual([`globals.yml:2:1: error: ${message}`])
  })

  it('gateways that another one balances are refused', () => {
    const lines = 'enable_ceph_rgw_loadbalancer: no\nenable_ceph: yes\nenable_ceph_rgw: yes\n'
    expect(read({ ...small, globals: small.globals + lines }).findings).toContain(
      "globals.yml:2:1: error: 'enable_ceph_rgw_loadbalancer' must be yes with enable_ceph_rgw: this version knows gateways behind its own HAProxy alone",
    )
  })

  it('is refused on the one host that asks for it', () => {
    const inventory = `${small.inventory}[compute]\nkolla2 mariadb_shard_id=1\n`
    expect(read({ ...small, inventory }).findings).toEqual([
      "/cloud/multinode:8:8: error: 'mariadb_shard_id' must be 0: this version makes one Galera cluster, no shards, not '1'",
    ])
  })

  it.each([
    'kolla_container_engine: docker',
    'node_custom_config: "{{ node_config }}/config"',
    'node_config_directory: /etc/kolla/',
    'node_config: "{{ CONFIG_DIR }}"',
    'node_config: "{{ CONFIG_DIR | default(\'/etc/kolla\') }}/"',
    'mariadb_shard_id: "{{ mariadb_default_database_shard_id }}"',
    'mariadb_shard_id: "0"',
    'use_preconfigured_databases: no',
    'enable_external_mariadb_load_balancer: yes',
    'enable_mariadb: no\nenable_keystone: no',
    'database_address: "{{ kolla_internal_fqdn }}"',
    'kolla_internal_fqdn: kolla.example.org\ndatabase_address: "{{ kolla_internal_vip_address }}"',
    'enable_haproxy: no\ndatabase_address: balancer.example.org',
    'kolla_external_vip_address: 10.0.1.9',
    'haproxy_single_external_frontend: no',
    'kolla_external_vip_address: 10.0.1.9\nhaproxy_enable_external_vip: no',
    "haproxy_enable_external_vip: \"{{ 'no' if kolla_same_external_internal_vip | bool else 'yes' }}\"",
    'enable_loadbalancer: no\nenable_haproxy: no',
    'enable_ceph_rgw_loadbalancer: no',
    'enable_nova: no\nenable_cells: yes\nnova_console: spice',
  ])('%s is not refused', (lines) => {
    const { findings } = read({ ...small, globals: `${small.globals}${lines}\n` })
    expect(findings.filter((finding) => finding.includes('error'))).toEqual([])
  })

  it.each([
    '',
    'node_config: /etc/kolla\n',
    'node_config: /etc/kolla/\nnode_custom_config: "{{ node_config }}/config/"\n',
    'node_custom_config: /etc/kolla/config\n',
  ])('in /etc/kolla %j is not refused', (lines) => {
    const { cloud, findings } = readCloud({
      name: 'demo',
      globals: { path: '/etc/kolla/globals.yml', text: small.globals + lines },
      inventory: { path: '/etc/kolla/multinode', text: small.inventory },
      passwords: { path: '/etc/kolla/passwords.yml', text: '' },
      overrides: [],
    })
    expect(findings).toEqual([])
    expect(cloud).toBeDefined()
  })
})
