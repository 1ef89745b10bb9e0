import { describe, expect, it } from 'vitest'
import { read, small } from '../testing/read.js'
import { isYamlInventory } from './yaml-inventory.js'

const ini = `[control]
kolla1 ansible_host=10.0.0.1
kolla2 ansible_host=10.0.0.2
[network:children]
control
[compute]
cmp[1:2]
[compute:vars]
network_interface=eth7
[racks:children]
compute
[all:vars]
ansible_user=stack
`
const yaml = `---
all:
  vars:
    ansible_user: stack
  hosts:
    kolla1: {ansible_host: 10.0.0.1}
  children:
    control:
      hosts:
        kolla1:
        kolla2:
          ansible_host: 10.0.0.2
    network:
      children:
        control:
    compute:
      hosts:
        cmp[1:2]:
      vars:
        network_interface: eth7
racks:
  children: compute
`

describe('an inventory in YAML', () => {
  it('means what the same in INI means', () => {
    const [one, other] = [ini, yaml].map((inventory) => read({ ...small, inventory }))
    expect(other?.findings).toEqual([])
    expect(one?.findings).toEqual([])
    expect(other?.cloud).toEqual(one?.cloud)
    expect(other?.cloud?.hosts.map(({ name }) => name)).toEqual([
      'kolla1',
      'kolla2',
      'cmp1',
      'cmp2',
    ])
    expect(other?.cloud?.groups.get('racks')).toEqual(['cmp1', 'cmp2'])
  })

  const changed = (from: string, to: string) => yaml.replace(from, to)

  it.each([
    ['network_interface: eth7', 'network_interfaec: eth7', '20:9: warning: unknown key'],
    ['        kolla1:\n', '        kolla[1:\n', "10:9: error: 'kolla[1' opens a range"],
    [
      '      vars:\n',
      '      vasr:\n',
      "19:7: error: group 'compute' has hosts, children and vars, not 'vasr', did you mean 'vars'?",
    ],
    [
      '  children: compute',
      '  children: [compute]',
      "22:3: error: children of group 'racks' must be a mapping",
    ],
    [
      '  children: compute',
      '  children: copmute',
      "22:3: error: group 'copmute' below [racks:children] is unknown",
    ],
    ['racks:', 'racks: {', 'this is no YAML'],
  ])('%j as %j is found', (from, to, finding) => {
    const { findings } = read({ ...small, inventory: changed(from, to) })
    expect(findings.join('\n')).toContain(finding)
  })

  it.each([
    [yaml, true],
    ['# c\n\nall:\n', true],
    ['{"all": {}}', true],
    [ini, false],
    ['kolla1:2222\n', false],
    ['kolla1 ansible_host=10.0.0.1\n', false],
    ['', false],
  ])('is told by its first line: %j', (text, expected) => {
    expect(isYamlInventory(text)).toBe(expected)
  })
})
