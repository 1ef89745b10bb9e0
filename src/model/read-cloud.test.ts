import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Cloud, Override } from './cloud.js'
import { formatFinding } from './finding.js'
import { genpwd } from './genpwd.js'
import { readCloud } from './read-cloud.js'
import { hostScope } from './variables.js'
import { renderText } from './jinja/render.js'

const fixture = (name: string) =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const source = {
  globals: fixture('source-globals.txt'),
  inventory: fixture('source-multinode.txt'),
}
const small = {
  globals: 'kolla_internal_vip_address: 10.0.0.9\n',
  inventory: '[control]\nkolla1\nkolla2\n[network]\nkolla1\nkolla2\n',
}

interface Texts {
  globals: string
  inventory: string
  passwords?: string
  overrides?: Override[]
}

function read(
  { globals, inventory, passwords = '', overrides = [] }: Texts,
  required: string[] = [],
) {
  const files = {
    name: 'demo',
    globals: { path: 'globals.yml', text: globals },
    inventory: { path: '/cloud/multinode', text: inventory },
    passwords: { path: 'passwords.yml', text: passwords },
    overrides,
  }
  const { cloud, findings } = readCloud(files, () => required)
  return { cloud, findings: findings.map(formatFinding) }
}

function cloudOf(texts: Texts): Cloud {
  const { cloud, findings } = read(texts)
  if (!cloud) throw new Error(findings.join('\n'))
  return cloud
}

const host = (cloud: Cloud, name: string) => {
  const found = cloud.hosts.find((one) => one.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

describe("the source's own files", () => {
  const required = ['keystone_admin_password', 'database_password']
  const passwords = genpwd(undefined, new Map(required.map((key) => [key, 'password']))).text
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
    ['enable_haproxy: "no"', 'enable_keepalived', false],
    ['enable_haproxy: "False"', 'enable_loadbalancer', false],
    ['database_port: "3307"', 'mariadb_port', 3307],
    ['docker_registry:', 'docker_registry', ''],
    ['mine: "{{ network_interface }}.5"\napi_interface: "{{ mine }}"', 'api_interface', 'eth0.5'],
    [
      'node_custom_config: "{{ docker_runtime_directory or \'/srv\' }}/config"',
      'node_custom_config',
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

describe('findings', () => {
  const globals = (more: string) => ({ ...small, globals: small.globals + more })
  const inventory = (more: string) => ({ ...small, inventory: small.inventory + more })

  it.each<[string, Texts, string]>([
    [
      'broken YAML',
      globals('a: "b'),
      'globals.yml:2:6: error: this is no YAML: missing closing "quote',
    ],
    [
      'no mapping',
      { ...small, globals: '- a' },
      'globals.yml:1:1: error: the file must consist of lines key: value',
    ],
    [
      'unquoted Jinja',
      globals('a: {{ b }}'),
      `globals.yml:2:1: error: the Jinja of 'a' needs quotes around it: a: "{{ … }}"`,
    ],
    [
      'a vault',
      { ...small, globals: '$ANSIBLE_VAULT;1.1;AES256\n36' },
      'globals.yml:1:1: error: the file is encrypted by ansible-vault: decrypt it, this version does not',
    ],
    [
      'a secret tag',
      globals('a: !vault |\n  36'),
      "globals.yml:2:1: error: 'a' has the tag !vault, which is not understood: write the plain value",
    ],
    [
      'a key twice',
      globals('enable_nova: no\nenable_nova: yes'),
      "globals.yml:3:1: warning: 'enable_nova' is set again, line 2 is overruled: remove one",
    ],
    [
      'an unknown key',
      globals('enable_keystome: yes'),
      "globals.yml:2:1: warning: unknown key 'enable_keystome', did you mean 'enable_keystone'?",
    ],
    [
      'an unknown key of hosts',
      inventory('[all:vars]\nnetwork_interfaec=eth1'),
      "/cloud/multinode:8:1: warning: unknown key 'network_interfaec', did you mean 'network_interface'?",
    ],
    [
      'a misplaced password',
      globals('keystone_admin_password: x'),
      "globals.yml:2:1: warning: 'keystone_admin_password' is not read here: move it to passwords.yml",
    ],
    [
      'an empty key',
      globals('network_interface:'),
      "globals.yml:2:1: error: 'network_interface' has no value: write one, or remove the line for the default",
    ],
    [
      'no yes or no',
      globals('enable_keystone: maybe'),
      "globals.yml:2:1: error: 'enable_keystone' must be yes or no, not 'maybe'",
    ],
    [
      'no port',
      globals('database_port: 70000'),
      "globals.yml:2:1: error: 'database_port' must be at most 65535, not '70000'",
    ],
    [
      'no router id',
      globals('keepalived_virtual_router_id: "0"'),
      "globals.yml:2:1: error: 'keepalived_virtual_router_id' must be at least 1, not '0'",
    ],
    [
      'no word of a list',
      globals('selinux_state: off'),
      "globals.yml:2:1: error: 'selinux_state' must be one of permissive, disabled, enforcing, not 'false'",
    ],
    [
      'an unknown variable',
      globals('api_interface: "{{ nic }}"'),
      "globals.yml:2:1: error: 'api_interface' can't be evaluated: nic is not defined: define it, or write the value itself",
    ],
    [
      'an unknown filter',
      globals('api_interface: "{{ 1 | type_debug }}"'),
      "globals.yml:2:1: error: 'api_interface' can't be evaluated: the filter 'type_debug' is not understood: define it, or write the value itself",
    ],
    [
      'a variable at fault elsewhere',
      globals('a: "{{ b }}"\napi_interface: "{{ a }}"'),
      "globals.yml:2:1: error: 'a' can't be evaluated: b is not defined: define it, or write the value itself",
    ],
    [
      'a circle',
      globals('network_interface: "{{ api_interface }}"'),
      "globals.yml:2:1: error: 'network_interface' refers to itself: network_interface > api_interface > network_interface: break the circle",
    ],
    [
      'no address',
      { ...small, globals: 'enable_nova: no' },
      "globals.yml: error: 'kolla_internal_vip_address' is missing: set a free address of the network of api_interface, which HAProxy and Keepalived will hold",
    ],
    [
      'no IPv4 address',
      { ...small, globals: 'kolla_internal_vip_address: kolla.example' },
      "globals.yml:1:1: error: 'kolla_internal_vip_address' must be an IPv4 address, not 'kolla.example'",
    ],
    [
      'another release',
      globals('openstack_release: "4.0.0"'),
      "globals.yml:2:1: error: 'openstack_release' must be one of 2025.2, 2026.1, not '4.0.0'",
    ],
    [
      'another distro',
      globals('kolla_base_distro: centos'),
      "globals.yml:2:1: error: 'kolla_base_distro' must be debian, the base of the images of 2025.2 and 2026.1, not 'centos'",
    ],
    [
      'TLS',
      globals('kolla_enable_tls_external: yes'),
      "globals.yml:2:1: error: 'kolla_enable_tls_external' must be no: TLS is not supported yet",
    ],
    [
      'the floating address on a host',
      inventory('[compute]\nkolla2 ansible_host=10.0.0.9'),
      "/cloud/multinode:3:1: error: host 'kolla2' has the address 10.0.0.9 of kolla_internal_vip_address: that must be a free one",
    ],
    [
      'an address twice',
      inventory('[all:vars]\nansible_host=10.0.0.1'),
      "/cloud/multinode:3:1: error: host 'kolla2' has the address 10.0.0.1 of 'kolla1': give each its own",
    ],
    [
      'no control hosts',
      { ...small, inventory: '[network]\nkolla1' },
      "/cloud/multinode: error: group 'control' has no hosts: list the hosts of the control plane below [control]",
    ],
    [
      'a local host',
      inventory('[compute]\nlocalhost ansible_connection=local'),
      "/cloud/multinode:8:1: error: host 'localhost' has ansible_connection=local, but hosts are reached by SSH only: set ansible_host instead",
    ],
    [
      'a login by password',
      inventory('[compute]\nkolla2 ansible_password=x'),
      "/cloud/multinode:8:8: error: 'ansible_password' of host 'kolla2' is not used: let the host accept a key and sudo without password",
    ],
    [
      'half a key pair',
      { ...small, passwords: 'keystone_ssh_key:\n  public_key: x' },
      "passwords.yml:1:1: error: 'keystone_ssh_key' must hold private_key and public_key: write both, or neither and run `kolla-temporal genpwd`",
    ],
  ])('%s', (_, texts, finding) => {
    expect(read(texts).findings).toEqual([finding])
  })

  it.each([
    ['', ['passwords.yml: error: the passwords are missing: run `kolla-temporal genpwd`']],
    [
      'a: secret\nb:',
      [
        "passwords.yml: error: 'c' is missing: run `kolla-temporal genpwd`",
        "passwords.yml:2:1: error: 'b' is empty: run `kolla-temporal genpwd`",
      ],
    ],
  ])('passwords %j', (passwords, findings) => {
    const result = read({ ...small, passwords }, ['a', 'b', 'c'])
    expect(result).toEqual({ cloud: undefined, findings })
  })

  it.each([
    'a: "S3cret" "S3cret"',
    'a: [S3cret S3cret',
    'a: S3cret: S3cret',
    'S3cret',
    '- S3cret',
    'a: {b: S3cret',
  ])('quote no password: %s', (passwords) => {
    const { findings } = read({ ...small, passwords }, ['a'])
    expect(findings).not.toEqual([])
    expect(findings.join()).not.toContain('S3cret')
  })

  it.each([
    ['secret', 'secret'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['12e34567', '12e34567'],
    ['1234', '1234'],
    ['"007"', '007'],
    ['2026-11-23', '2026-11-23'],
    ['"{{ x"', '{{ x'],
  ])('password %s', (written, value) => {
    const { cloud } = read({ ...small, passwords: `a: ${written}` }, ['a'])
    expect(cloud?.passwords.a).toBe(value)
  })

  it('come all at once', () => {
    const { cloud, findings } = read({
      globals: 'a: "{{"\nenable_nova: x\n',
      inventory: '[control\n[x:y]',
      passwords: 'a: [',
    })
    expect(cloud).toBeUndefined()
    const files = findings.map((line) => line.split(':')[0])
    const four = (name: string) => Array<string>(4).fill(name)
    expect(files).toEqual([...four('/cloud/multinode'), ...four('globals.yml'), 'passwords.yml'])
  })

  it('do not mistake variables of the operator for unknown keys', () => {
    const globals = `${small.globals}my_nic: eth1\nmy_option: 5\nnetwork_interface: "{{ my_nic }}"\n`
    const overrides = [{ path: 'keystone.conf', text: '[a]\nb = {{ my_option }}' }]
    expect(read({ ...small, globals, overrides }).findings).toEqual([])
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
