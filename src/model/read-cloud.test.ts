import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Cloud } from './cloud.js'
import { hostScope } from './variables.js'
import { renderText } from './jinja/render.js'
import { cloudOf, read, small } from './testing/read.js'

const fixture = (name: string) =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const source = {
  globals: fixture('source-globals.txt'),
  inventory: fixture('source-multinode.txt'),
}
const host = (cloud: Cloud, name: string) => {
  const found = cloud.hosts.find((one) => one.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

describe("the source's own files", () => {
  const required = ['keystone_admin_password', 'database_password']
  const passwords = required.map((key) => `${key}: secret\n`).join('')
  const { cloud, findings } = read({ ...source, passwords }, required)

  it('work as they stand', () => {
    expect(findings).toEqual([
      "globals.yml:3:1: warning: 'kolla_install_type' is of an older kolla-ansible and does nothing: remove it",
    ])
    expect(cloud?.hosts.map(({ name }) => name)).toEqual(['kolla1', 'kolla2', 'kolla3'])
    expect(cloud?.groups.get('mariadb')).toEqual(['kolla1', 'kolla2', 'kolla3'])
  })

  it('mean what kolla-ansible takes them for', () => {
    expect(cloud?.globals).toMatchObject({
      openstack_release: '2026.1',
      openstack_tag: '2026.1-debian-trixie',
      kolla_internal_fqdn: '192.168.8.75',
      api_interface: 'eno16780032',
      cluster_interface: 'eno33559296',
      enable_ceph: true,
      enable_cinder: true,
      enable_magnum: false,
      enable_horizon_magnum: false,
      enable_horizon_watcher: false,
      enable_nova: true,
      enable_cinder_backend_lvm: 'no',
      tempest_image_id: null,
      mariadb_port: 3306,
      keystone_public_port: 5000,
      fernet_key_rotation_interval: 259200,
    })
  })
})

describe('Ceph', () => {
  const globals = 'kolla_internal_vip_address: 192.168.8.75\nenable_ceph: yes\n'
  const control = "[control]\na ansible_host=10.0.0.1 ceph_osd_disks=\"['/dev/sdb', '/dev/sdc']\"\n"
  const network = '[network]\na\n'

  it("has the groups of kolla-ansible's days, and disks that each host names", () => {
    const storage = '[storage]\ns1\ns2\n[storage:vars]\nceph_journal_disks=/dev/sdd, /dev/sde\n'
    const cloud = cloudOf({ globals, inventory: control + network + storage })
    expect(cloud.groups.get('ceph-mon')).toEqual(['a'])
    expect(cloud.groups.get('ceph-mgr')).toEqual(['a'])
    expect(cloud.groups.get('ceph-osd')).toEqual(['s1', 's2'])
    expect(host(cloud, 'a').globals.ceph_osd_disks).toEqual(['/dev/sdb', '/dev/sdc'])
    expect(host(cloud, 's2').globals.ceph_journal_disks).toEqual(['/dev/sdd', '/dev/sde'])
  })

  it.each([
    [
      'a disk twice',
      control.replace('sdc', 'sdb') + network,
      globals,
      /multinode:2:\d+: error: .*names \/dev\/sdb twice/,
    ],
    [
      'no device',
      control.replace('/dev/sdc', 'sdc') + network,
      globals,
      /multinode:2:\d+: error: .*must be a device such as/,
    ],
    [
      'an even number of monitors',
      control + network + '[ceph-mon]\na\nb\n',
      globals,
      /error: group 'ceph-mon' has 2 hosts \(a, b\): an even number/,
    ],
    [
      'no host with disks',
      control + network + '[storage]\n',
      globals,
      /error: group 'ceph-osd' has no hosts/,
    ],
    [
      'gateways of no cluster',
      control + network,
      'kolla_internal_vip_address: 192.168.8.75\nenable_ceph_rgw: yes\n',
      /^globals.yml:2:\d+: error: .*set enable_ceph to yes/,
    ],
  ])('is refused with %s', (_, inventory, text, sentence) => {
    const { findings } = read({ globals: text, inventory })
    expect(findings).toContainEqual(expect.stringMatching(sentence))
  })
})

describe('globals', () => {
  it.each([
    ['openstack_release: 2025.2', 'openstack_tag', '2025.2-debian-bookworm'],
    ['enable_haproxy: no', 'enable_keepalived', false],
    ['openstack_region_name: y', 'openstack_region_name', 'y'],
    [
      'openstack_tag: "{{ openstack_release }}-{{ kolla_base_distro }}-{{ kolla_base_distro_version }}{{ openstack_tag_suffix }}"',
      'openstack_tag',
      '2026.1-debian-trixie',
    ],
    [
      'openstack_service_workers: "{{ [ansible_facts.processor_vcpus, 5]|min }}"',
      'openstack_service_workers',
      undefined,
    ],
    ['base: &base\n  api_interface: a\n<<: *base', 'api_interface', 'a'],
    ['base: &base\n  api_interface: a\n<<: *base\napi_interface: b', 'api_interface', 'b'],
    ['api_interface: b\nbase: &base {api_interface: a}\n<<: *base', 'api_interface', 'b'],
    [
      'one: &one {api_interface: a}\ntwo: &two {api_interface: b}\n<<: [*one, *two]',
      'api_interface',
      'a',
    ],
    ['one: &one {api_interface: a}\ntwo: &two\n  <<: *one\n<<: *two', 'api_interface', 'a'],
    ['openstack_region_name: "{{ inventory_dir }}"', 'openstack_region_name', '/cloud'],
    ['openstack_region_name: "{{ inventory_file }}"', 'openstack_region_name', '/cloud/multinode'],
    ['enable_haproxy: "no"', 'enable_keepalived', false],
    ['enable_haproxy: "False"', 'enable_loadbalancer', false],
    ['database_port: "3307"', 'mariadb_port', 3307],
    ['docker_registry:', 'docker_registry', ''],
    ['mine: "{{ network_interface }}.5"\napi_interface: "{{ mine }}"', 'api_interface', 'eth0.5'],
    [
      'openstack_region_name: "{{ docker_runtime_directory or \'/srv\' }}/config"',
      'openstack_region_name',
      '/srv/config',
    ],
    [
      'enable_central_logging: "{{ groups[\'control\'] | length > 1 }}"',
      'enable_central_logging',
      true,
    ],
    [
      'default_container_dimensions:\n  ulimits:\n    nofile: {soft: 1, hard: "{{ 1 + 1 }}"}',
      'keystone_dimensions',
      { ulimits: { nofile: { soft: 1, hard: 2 } } },
    ],
    ['docker_custom_config: {mtu: 1400}', 'docker_custom_config', { mtu: 1400 }],
    ['docker_custom_config: \'{"mtu": 1400}\'', 'docker_custom_config', { mtu: 1400 }],
    ['docker_custom_config:', 'docker_custom_config', {}],
    ['skip_stop_containers: ["{{ network_interface }}"]', 'skip_stop_containers', ['eth0']],
    [
      'openstack_logging_debug: "{{ kolla_container_engine == \'docker\' }}"',
      'keystone_logging_debug',
      true,
    ],
  ])('%j sets %s', (more, key, value) => {
    expect({ ...cloudOf({ ...small, globals: small.globals + more }).globals }[key]).toEqual(value)
  })

  it('overrule the host, the host its group, the group the default', () => {
    const inventory = `${small.inventory}[control:vars]\nnetwork_interface=group\napi_interface=group\nstorage_interface=group\n[compute]\nkolla1 network_interface=host api_interface=host\n`
    const { hosts } = cloudOf({ inventory, globals: `${small.globals}network_interface: file` })
    expect(
      hosts.map(({ globals: g }) => [
        g.network_interface,
        g.api_interface,
        g.storage_interface,
        g.tunnel_interface,
      ]),
    ).toEqual([
      ['file', 'host', 'group', 'file'],
      ['file', 'group', 'group', 'file'],
    ])
  })

  it("may need a host's own variables", () => {
    const inventory = small.inventory
      .replace('kolla1', 'kolla1 nic=a')
      .replace('kolla2', 'kolla2 nic=b')
    const cloud = cloudOf({ inventory, globals: `${small.globals}network_interface: "{{ nic }}"` })
    expect(cloud.hosts.map(({ globals }) => globals.network_interface)).toEqual(['a', 'b'])
  })

  it('may look at other hosts', () => {
    const inventory = small.inventory.replace('kolla1', 'kolla1 nic=a')
    const globals = `${small.globals}network_interface: "{{ hostvars[groups['control'][0]].nic }}"`
    expect(cloudOf({ inventory, globals }).globals.network_interface).toBe('a')
  })
})

describe('connections', () => {
  it.each([
    ['', { address: 'kolla1', port: 22, user: 'root', become: false }],
    [
      'ansible_host=10.0.0.1 ansible_port=2222',
      { address: '10.0.0.1', port: 2222, user: 'root', become: false },
    ],
    [
      'ansible_ssh_host=10.0.0.1 ansible_ssh_user=kolla ansible_ssh_port=2222',
      { address: '10.0.0.1', port: 2222, user: 'kolla', become: true },
    ],
    ['ansible_user=kolla', { address: 'kolla1', port: 22, user: 'kolla', become: true }],
    [
      'ansible_user=kolla ansible_become=no',
      { address: 'kolla1', port: 22, user: 'kolla', become: false },
    ],
    [
      'ansible_ssh_private_key_file=keys/id',
      {
        address: 'kolla1',
        port: 22,
        user: 'root',
        become: false,
        privateKeyFile: '/cloud/keys/id',
      },
    ],
    [
      'ansible_host="{{ prefix }}.7" prefix=10.0.0',
      { address: '10.0.0.7', port: 22, user: 'root', become: false },
    ],
  ])('%s', (variables, connection) => {
    const inventory = small.inventory.replace('kolla1', `kolla1 ${variables}`)
    expect(host(cloudOf({ ...small, inventory }), 'kolla1').connection).toEqual(connection)
  })

  it("leave out kolla-ansible's localhost", () => {
    const inventory = `${small.inventory}[deployment]\nlocalhost ansible_connection=local\n`
    const cloud = cloudOf({ ...small, inventory })
    expect(cloud.hosts.map(({ name }) => name)).toEqual(['kolla1', 'kolla2'])
    expect(cloud.groups.get('bifrost')).toEqual([])
  })
})

describe('a local host', () => {
  it.each([
    [
      'in a group of the operator',
      `${small.inventory}[deployer]\nlocalhost ansible_connection=local\n`,
    ],
    ['above all sections', `localhost ansible_connection=local\n${small.inventory}`],
    [
      'by a variable of its group',
      `${small.inventory}[deployer]\nlocalhost\n[deployer:vars]\nansible_connection=local\n`,
    ],
  ])('%s is left out', (_, inventory) => {
    const { cloud, findings } = read({ ...small, inventory })
    expect(findings).toEqual([])
    expect(cloud?.hosts.map(({ name }) => name)).toEqual(['kolla1', 'kolla2'])
    expect(cloud?.groups.get('all')).toEqual(['kolla1', 'kolla2'])
  })

  it('of the cloud is refused', () => {
    const inventory = `${small.inventory}[racks]\nlocalhost ansible_connection=local\n[compute:children]\nracks\n`
    expect(read({ ...small, inventory }).cloud).toBeUndefined()
  })
})

describe('a host that is only in groups of the operator', () => {
  const inventory = `${small.inventory}[jump-hosts]\nbastion ansible_password=x ansible_host=10.0.0.9\n[racks:children]\njump-hosts\n`

  it('is left out of the cloud, with one warning', () => {
    const { cloud, findings } = read({ ...small, inventory })
    expect(findings).toEqual([
      "/cloud/multinode:8:1: warning: host 'bastion' is only in 'jump-hosts', 'racks' and left out of this cloud: list it below [control], [network], [compute], [monitoring], [storage] or [registry] if it belongs to it",
    ])
    expect(cloud?.hosts.map(({ name }) => name)).toEqual(['kolla1', 'kolla2'])
    expect(cloud?.groups.get('jump-hosts')).toEqual([])
    expect(cloud?.groups.get('all')).toEqual(['kolla1', 'kolla2'])
  })

  it('has files that neither warn nor refuse', () => {
    const inventoryVars = {
      'host_vars/bastion/notes.txt': 'none of our business',
      'host_vars/bastion/a.yml': '$ANSIBLE_VAULT;1.1;AES256\n36',
      'group_vars/jump-hosts.yml': 'network_interfaec: x\ndocker_client_timeout: 240\n',
      'group_vars/racks.yml': 'a: !vault |\n  36\n',
    }
    const { cloud, findings } = read({ ...small, inventory, inventoryVars })
    expect(cloud).toBeDefined()
    expect(findings).toHaveLength(1)
  })

  it('has sections that do not warn', () => {
    const more = `${inventory}[jump-hosts:vars]\nnetwork_interfaec=x\n`
    expect(read({ ...small, inventory: more }).findings).toHaveLength(1)
  })

  it('may still be looked at by others', () => {
    const globals = `${small.globals}openstack_region_name: "{{ hostvars['bastion'].ansible_host }}"`
    expect(cloudOf({ ...small, globals, inventory }).globals.openstack_region_name).toBe('10.0.0.9')
  })
})

describe('Jinja in overrides', () => {
  const inventory = small.inventory.replace('kolla1', 'kolla1 ansible_host=10.0.0.1 nic=a')
  const cloud = cloudOf({
    inventory,
    globals: `${small.globals}mine: 5`,
    passwords: 'database_password: secret',
  })

  it.each([
    ['{{ inventory_hostname }} {{ ansible_host }}', 'kolla1 10.0.0.1'],
    ['{{ nic }} {{ mine }} {{ mariadb_port }} {{ kolla_container_engine }}', 'a 5 3306 docker'],
    ['{{ database_password }}', 'secret'],
    [
      "{% for h in groups['mariadb'] %}{{ hostvars[h].ansible_host }}:{{ hostvars[h]['mariadb_port'] }} {% endfor %}",
      '10.0.0.1:3306 kolla2:3306 ',
    ],
    ["{{ 'control' in group_names }}", 'True'],
  ])('%s', (template, text) => {
    expect(renderText(template, hostScope(cloud, host(cloud, 'kolla1')))).toBe(text)
  })
})

it('variables of passwords.yml are there for all others, and before them', () => {
  const { cloud, findings } = read({
    ...small,
    globals: `${small.globals}docker_registry_username: of globals\nmine: "{{ proxy_password }}"\ndocker_custom_config: { proxies: { http-proxy: "http://u:{{ proxy_password }}@p" } }\n`,
    inventory: small.inventory.replace('kolla1', 'kolla1 ansible_user="{{ login }}"'),
    passwords:
      'database_password: secret\ndocker_registry_username: anna\nproxy_password: s3cret\nlogin: ops\n',
  })
  expect(findings.filter((finding) => finding.includes('error'))).toEqual([])
  expect(cloud?.globals).toMatchObject({
    docker_registry_username: 'anna',
    docker_custom_config: { proxies: { 'http-proxy': 'http://u:s3cret@p' } },
  })
  expect(cloud && host(cloud, 'kolla1').connection.user).toBe('ops')
  // They are no settings of the cloud.
  expect(Object.keys(cloud?.globals ?? {})).not.toContain('proxy_password')
})
