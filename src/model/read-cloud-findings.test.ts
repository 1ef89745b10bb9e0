import { describe, expect, it } from 'vitest'
import { processorTime } from '../testing/processor-time.js'
import { read, small } from './testing/read.js'
import type { Texts } from './testing/read.js'

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
      'a secret tag',
      globals('a: !vault |\n  36'),
      "globals.yml:2:1: error: 'a' has the tag !vault, which is not understood: write the plain value, in quotes if it begins with !",
    ],
    [
      'a secret tag further down',
      {
        ...small,
        passwords: 'keystone_ssh_key:\n  private_key: !vault |\n    36\n  public_key: x',
      },
      "passwords.yml:1:1: error: 'keystone_ssh_key' has the tag !vault, which is not understood: write the plain value, in quotes if it begins with !",
    ],
    [
      'a merge of no mapping',
      globals('<<: 5'),
      "globals.yml:2:1: error: '<<' must merge a mapping, or a list of mappings",
    ],
    [
      'an unknown key that is merged, at its own place',
      globals(
        'mine: &mine {enable_keystome: yes}\n<<: *mine\nopenstack_region_name: "{{ mine | length }}"',
      ),
      "globals.yml:2:14: warning: unknown key 'enable_keystome', did you mean 'enable_keystone'?",
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
      "globals.yml:2:1: error: 'api_interface' can't be evaluated: the filter 'type_debug' is not understood: write what it would make",
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
      'no mapping for Docker',
      globals('docker_custom_config: live-restore'),
      "globals.yml:2:1: error: 'docker_custom_config' must be a mapping, such as {'live-restore': true}",
    ],
    [
      'options of ssh that do no harm, once',
      inventory('[all:vars]\nansible_ssh_extra_args=-v\nansible_ssh_args='),
      "/cloud/multinode:8:1: warning: 'ansible_ssh_extra_args' says -v, which is not read: connections are kept open anyway, and host keys are those that `kolla-temporal trust` records",
    ],
    [
      'half a key pair',
      { ...small, passwords: 'keystone_ssh_key:\n  public_key: x' },
      "passwords.yml:1:1: error: 'keystone_ssh_key' must hold private_key and public_key: write both, or neither and run `kolla-temporal genpwd`",
    ],
  ])('%s', (_, texts, finding) => {
    expect(read(texts).findings).toEqual([finding])
  })

  const jinja = (severity: string, key: string) =>
    `passwords.yml:1:1: ${severity}: '${key}' holds Jinja ({{ … }}), which is not evaluated in this file: write the password itself, or leave it empty and run \`kolla-temporal genpwd\``

  it.each([
    ['keystone_admin_password', `"x{{ lookup('env', 'SECRET') }}"`],
    ['keystone_admin_password', '"{% if a %}b{% endif %}"'],
    ['keystone_ssh_key', '{private_key: "{{ key }}", public_key: x}'],
  ])('a password that is Jinja refuses where something needs it: %s: %s', (key, value) => {
    const texts = { ...small, passwords: `${key}: ${value}\n` }
    expect(read(texts, [key])).toEqual({ cloud: undefined, findings: [jinja('error', key)] })
    const { cloud, findings } = read(texts)
    expect(findings).toEqual([jinja('warning', key)])
    expect(cloud?.passwords).toEqual({})
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
    'a: !S3cret',
    'a: !S3cret |\n  x',
    'a: "\\xS3cret"',
    'a: "\\US3cret1"',
    'a: %S3cret',
    'a: *S3cret',
    'a: &b *S3cret',
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
    ['"a{b}c}}{"', 'a{b}c}}{'],
    ['"{%{#"', '{%{#'],
  ])('password %s', (written, value) => {
    const { cloud } = read({ ...small, passwords: `a: ${written}` }, ['a'])
    expect(cloud?.passwords.a).toBe(value)
  })

  const bomb = (merge: (name: string) => string) =>
    [
      'b0: &b0 {k: v}',
      ...Array.from({ length: 30 }, (_, i) => `b${i + 1}: &b${i + 1} ${merge(`b${i}`)}`),
    ].join('\n')

  it.each([
    ['a merge of itself', 'a: &a\n  <<: *a', '*a stands for something that it is a part of'],
    ['merges in a circle', 'a: &a\n  b: &b\n    <<: *a', '*a stands for something'],
    ['a list in itself', 'a: &a [*a]', '*a stands for something that it is a part of'],
    ['a bomb of merges', bomb((b) => `{<<: [*${b}, *${b}]}`), 'more than 100000 values'],
    ['a bomb of lists', bomb((b) => `[*${b}, *${b}]`), 'more than 100000 values'],
    ['aliases without end', 'a: &a 5\n' + 'b: *a\n'.repeat(1001), 'more than 1000 aliases'],
    [
      'what is nested deeply',
      `a: ${'['.repeat(200)}${']'.repeat(200)}`,
      'nested more than 100 deep',
    ],
    [
      'what the parser dies of',
      `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      'nested too deeply',
    ],
  ])('%s holds nobody up', (_, text, reason) => {
    const took = processorTime(() => {
      for (const texts of [globals(text), { ...small, passwords: text }]) {
        const { cloud, findings } = read(texts)
        expect(cloud).toBeUndefined()
        expect(findings.join()).toContain(reason)
      }
    })
    expect(took).toBeLessThan(2000)
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

  it.each([
    [
      'nova_x: "{{ keystone_admin_password }}"',
      "'nova_x' can't be evaluated: keystone_admin_password is not defined: define it, or write the value itself",
    ],
    [
      'api_interface_address: "{{ \'storage\' | kolla_address }}"',
      "'api_interface_address' asks for facts of hosts, which are not known here: write the value itself, in host_vars/ where it is not the same on all",
    ],
  ])('of a variable that nothing needs refuse nothing: %s', (line, warning) => {
    const { cloud, findings } = read(globals(line))
    expect(cloud).toBeDefined()
    expect(findings).toContain(`globals.yml:2:1: warning: ${warning}`)
  })

  it.each([
    ['ansible_ssh_common_args', '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'],
    [
      'ansible_ssh_args',
      '-C -o ControlMaster=auto -o ControlPersist=60s -o ControlPath=/tmp/user-%h',
    ],
    ['ansible_sftp_extra_args', '-p'],
  ])('of options of ssh only warn: %s=%s', (key, value) => {
    const { cloud, findings } = read(inventory(`[all:vars]\n${key}=${value}\n`))
    expect(cloud).toBeDefined()
    expect(findings).toHaveLength(1)
  })

  it.each([
    [
      'ansible_ssh_common_args',
      "-o ProxyCommand='nc -X connect %h %p'",
      'a ProxyCommand is read if',
    ],
    ['ansible_ssh_args', '-F /etc/kolla/ssh.cfg', "'ansible_ssh_args' says -F, which is not read"],
    ['ansible_ssh_args', '-C -o "BindAddress 10.0.0.1"', "'ansible_ssh_args' says BindAddress"],
    ['ansible_ssh_extra_args', '-p 99999', 'a port must be from 1 to 65535'],
    ['ansible_ssh_common_args', '-J a:b', "a jump host is written as USER@HOST:PORT, not 'a:b'"],
    [
      'ansible_ssh_common_args',
      '-o "Port',
      "'ansible_ssh_common_args' of host 'kolla1' has a quote that is not closed",
    ],
    [
      'ansible_ssh_executable',
      '/usr/local/bin/ssh-by-vault',
      "'ansible_ssh_executable' is not read",
    ],
  ])('of options of ssh that change the login refuse: %s=%s', (key, value, message) => {
    const { cloud, findings } = read(inventory(`[all:vars]\n${key}=${value}\n`))
    expect(cloud).toBeUndefined()
    expect(findings.join()).toContain(`/cloud/multinode:8:1: error: ${message}`)
  })

  it('of a variable in the inventory that nothing needs refuse nothing', () => {
    const { cloud, findings } = read(inventory('[compute]\nkolla1\n[compute:vars]\nfoo={{ bar }}'))
    expect(cloud).toBeDefined()
    expect(findings.every((finding) => finding.includes('warning'))).toBe(true)
  })

  it('do not mistake variables of the operator for unknown keys', () => {
    const globals = `${small.globals}my_nic: eth1\nmy_option: 5\nnetwork_interface: "{{ my_nic }}"\n`
    const overrides = [{ path: 'keystone.conf', text: '[a]\nb = {{ my_option }}' }]
    expect(read({ ...small, globals, overrides }).findings).toEqual([])
  })
})
