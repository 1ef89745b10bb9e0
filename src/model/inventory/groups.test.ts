import { describe, expect, it } from 'vitest'
import { formatFinding } from '../finding.js'
import { GroupTree } from './groups.js'
import { parseInventory } from './parser.js'

const source = `
[control]
kolla[1:3]
[network]
kolla1
kolla2
[compute]
kolla[2:4]
[monitoring]
kolla1
`

function read(text: string) {
  const { inventory, findings } = parseInventory({ path: 'multinode', text })
  const tree = new GroupTree(inventory)
  return { inventory, tree, findings: [...findings, ...tree.check()].map(formatFinding) }
}

describe("kolla-ansible's group tree", () => {
  it.each([
    ['mariadb', 'kolla1 kolla2 kolla3'],
    ['keystone', 'kolla1 kolla2 kolla3'],
    ['loadbalancer', 'kolla1 kolla2'],
    ['cron', 'kolla1 kolla2 kolla3 kolla4'],
    ['nova-api', 'kolla1 kolla2 kolla3'],
    ['storage', ''],
    ['registry', ''],
    ['all', 'kolla1 kolla2 kolla3 kolla4'],
  ])('puts into %s: %s', (group, hosts) => {
    expect(read(source).tree.hosts(group).join(' ')).toBe(hosts)
    expect(read(source).findings).toEqual([])
  })

  it.each([
    ['[mariadb]\nkolla3', 'mariadb', 'kolla3'],
    ['[mariadb:children]\nnetwork', 'mariadb', 'kolla1 kolla2'],
    ['[mariadb:children]', 'mariadb', ''],
    ['[mariadb:vars]\nx = 1', 'mariadb', 'kolla1 kolla2 kolla3'],
    ['[haproxy:children]\nmonitoring', 'loadbalancer', 'kolla1'],
    ['[rack:children]\ncompute', 'rack', 'kolla2 kolla3 kolla4'],
  ])('lets the operator win: %j', (more, group, hosts) => {
    const { tree, findings } = read(source + more)
    expect(tree.hosts(group).join(' ')).toBe(hosts)
    expect(findings).toEqual([])
  })

  it("lets the innermost group's variables win", () => {
    const { tree } = read(
      source +
        '[all:vars]\na = all\nb = all\n[control:vars]\na = control\nb = control\n[mariadb:vars]\nb = mariadb',
    )
    const values = (host: string) =>
      [...tree.variables(host)].map(([key, { value }]) => [key, value])
    expect(Object.fromEntries(values('kolla1'))).toEqual({ a: 'control', b: 'control' })
    expect(Object.fromEntries(values('kolla4'))).toEqual({ a: 'all', b: 'all' })
  })

  it('lets the group of higher priority win among those of one depth, in numbers', () => {
    const text = (priority: string) =>
      `${source}[a_rack]\nkolla1\n[z_rack]\nkolla1\n[z_rack:vars]\nx = z\n[a_rack:vars]\nx = a\n${priority}`
    const x = (priority: string) => read(text(priority)).tree.variables('kolla1').get('x')?.value
    expect(x('')).toBe('z')
    expect(x('ansible_group_priority = 10')).toBe('a')
    expect(x('ansible_group_priority = 10\n[z_rack:vars]\nansible_group_priority = 9')).toBe('a')
    expect(x('ansible_group_priority = 10\n[z_rack:vars]\nansible_group_priority = 10')).toBe('z')
    // `all` is outside of every group, whatever its priority and its name.
    expect(x('ansible_group_priority = 10\n[all:vars]\nansible_group_priority = 99\nx = all')).toBe(
      'a',
    )
  })
})

describe('findings', () => {
  it.each([
    [
      '[compute:vars]\nansible_group_priority = high',
      "multinode:12:1: error: 'ansible_group_priority' of group 'compute' must be a whole number",
    ],
    [
      '[mariadb:children]\ncontrl',
      "multinode:12:1: error: group 'contrl' below [mariadb:children] is unknown, did you mean 'control'?: define it, or remove the line",
    ],
    [
      '[racks:vars]\na = 1',
      "multinode:11:2: error: group 'racks' of [racks:vars] is unknown: define it, or remove the section",
    ],
    [
      '[contrl]\nkolla1',
      "multinode:11:2: warning: group 'contrl' is none of kolla-ansible's: if you mean 'control', name it so",
    ],
    [
      '[a:children]\nb\n[b:children]\na',
      'multinode:11:2: error: groups contain each other: a > b > a: remove one of the children',
    ],
    [
      '[rack1]\nkolla9',
      "multinode:12:1: warning: host 'kolla9' is only in 'rack1' and left out of this cloud: list it below [control], [network], [compute], [monitoring], [storage] or [registry] if it belongs to it",
    ],
  ])('%j', (more, finding) => {
    expect(read(source + more).findings).toEqual([finding])
  })

  it.each([
    '[ceph-mds]',
    '[control1]\nkolla1\n[control:children]\ncontrol1',
    '[compute2]\nkolla1\n[compute:children]\ncompute2',
    '[networks]',
  ])("take names of the operator's own: %j", (more) => {
    expect(read(source + more).findings).toEqual([])
  })

  it('names a host without group', () => {
    expect(read('kolla8 ansible_host=10.0.0.8\n' + source).findings).toEqual([
      "multinode:1:1: error: host 'kolla8' is in no group: list it below [control], [network], [compute], [monitoring], [storage] or [registry]",
    ])
  })
})
