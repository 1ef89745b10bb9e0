import { describe, expect, it } from 'vitest'
import { cloudOf, read, small } from '../testing/read.js'

const nics = (inventoryVars: Record<string, string>, more: Partial<typeof small> = {}) =>
  cloudOf({ ...small, inventoryVars, ...more }).hosts.map(({ globals }) => globals.api_interface)

describe('group_vars and host_vars', () => {
  it.each([
    [{ 'group_vars/all.yml': 'api_interface: a' }, ['a', 'a']],
    [{ 'group_vars/all': 'api_interface: a' }, ['a', 'a']],
    [{ 'group_vars/all.yaml': 'api_interface: a' }, ['a', 'a']],
    [{ 'group_vars/all.json': '{"api_interface": "a"}' }, ['a', 'a']],
    [{ 'group_vars/mariadb.yml': 'api_interface: a' }, ['a', 'a']],
    [{ 'group_vars/control/10.yml': 'api_interface: a' }, ['a', 'a']],
    [{ 'host_vars/kolla2.yml': 'api_interface: a' }, ['eth0', 'a']],
    [{ 'host_vars/kolla2/net': 'api_interface: "{{ inventory_hostname }}"' }, ['eth0', 'kolla2']],
  ])('%j', (files, expected) => {
    expect(nics(files as Record<string, string>)).toEqual(expected)
  })

  it('win in the order of Ansible', () => {
    const inventory = `${small.inventory}[compute]\nkolla1 api_interface=host\n[control:vars]\napi_interface=group\n`
    const files: Record<string, string> = { 'host_vars/kolla1.yml': 'api_interface: host-file' }
    expect(nics(files, { inventory })).toEqual(['host-file', 'group'])
    expect(nics({}, { inventory })).toEqual(['host', 'group'])
    files['group_vars/all.yml'] = 'api_interface: all-file'
    expect(nics(files, { inventory })).toEqual(['host-file', 'all-file'])
    files['group_vars/mariadb.yml'] = 'api_interface: mariadb-file'
    expect(nics(files, { inventory })).toEqual(['host-file', 'mariadb-file'])
    // [control] is a child of [mariadb].
    files['group_vars/control.yml'] = 'api_interface: control-file'
    expect(nics(files, { inventory })).toEqual(['host-file', 'control-file'])
    const globals = `${small.globals}api_interface: globals`
    expect(nics(files, { inventory, globals })).toEqual(['globals', 'globals'])
  })

  it('of a folder: the last file by name wins, and what Ansible passes over is told', () => {
    const inventoryVars = {
      'group_vars/all/a/deep.yml': 'api_interface: first\nmine: 1',
      'group_vars/all/a.yml': 'api_interface: last',
      'group_vars/all/z.txt': 'api_interface: text',
      'group_vars/all.yml': 'api_interface: file',
    }
    expect(nics(inventoryVars)).toEqual(['last', 'last'])
    const globals = `${small.globals}openstack_region_name: "{{ mine }}"`
    expect(read({ ...small, globals, inventoryVars }).findings).toEqual([
      "/cloud/group_vars/all/z.txt: warning: this file of group 'all' is not read, another one is or its name ends otherwise: keep one, or use *.yml in group_vars/all/",
      "/cloud/group_vars/all.yml: warning: this file of group 'all' is not read, another one is or its name ends otherwise: keep one, or use *.yml in group_vars/all/",
    ])
  })

  it('of hosts whose name has dots', () => {
    const inventory = small.inventory.replaceAll('kolla1', 'kolla1.example.org')
    const files = {
      'host_vars/kolla1.example.org': 'api_interface: a',
      'host_vars/kolla2.yml': 'api_interface: b',
    }
    expect(nics(files, { inventory })).toEqual(['a', 'b'])
  })

  it('say how to reach a host', () => {
    const inventoryVars = {
      'group_vars/all.yml': 'ansible_user: kolla\nansible_ssh_private_key_file: keys/id',
      'host_vars/kolla2.yml': 'ansible_host: 10.0.0.2',
    }
    expect(cloudOf({ ...small, inventoryVars }).hosts[1]?.connection).toEqual({
      address: '10.0.0.2',
      port: 22,
      user: 'kolla',
      become: true,
      privateKeyFile: '/cloud/keys/id',
    })
  })

  it.each([
    [
      { 'group_vars/all.yml': 'a: 1\ndatabase_port: 70000' },
      "/cloud/group_vars/all.yml:2:1: error: 'database_port' must be at most 65535, not '70000'",
    ],
    [
      { 'host_vars/kolla1.yml': 'ansible_user: stack\nansible_become_method: su' },
      "/cloud/host_vars/kolla1.yml:2:1: error: 'ansible_become_method' must be sudo, or left out: this version knows no other way",
    ],
    [
      { 'group_vars/all.yml': 'network_interfaec: x' },
      "/cloud/group_vars/all.yml:1:1: warning: unknown key 'network_interfaec', did you mean 'network_interface'?",
    ],
    [
      { 'group_vars/contrl.yml': 'api_interface: x' },
      "/cloud/group_vars/contrl.yml: warning: the inventory has no group 'contrl', did you mean 'control'?: nothing reads this file",
    ],
    [
      { 'host_vars/kolla9.yml': 'api_interface: x' },
      "/cloud/host_vars/kolla9.yml: warning: the inventory has no host 'kolla9', did you mean 'kolla1'?: nothing reads this file",
    ],
  ])('%j is found', (inventoryVars, finding) => {
    const { findings } = read({ ...small, inventoryVars })
    expect(findings).toContain(finding)
  })

  it('leave a host out that is the machine itself', () => {
    const inventory = `${small.inventory}[deployment]\nlocalhost\n`
    const inventoryVars = { 'host_vars/localhost.yml': 'ansible_connection: local' }
    const { hosts } = cloudOf({ ...small, inventory, inventoryVars })
    expect(hosts.map(({ name }) => name)).toEqual(['kolla1', 'kolla2'])
  })
})
