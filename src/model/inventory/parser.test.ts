import { describe, expect, it } from 'vitest'
import { formatFinding } from '../finding.js'
import { expandHosts } from './host-pattern.js'
import { inventoryValue } from './literal.js'
import { parseInventory } from './parser.js'

const read = (text: string) => parseInventory({ path: 'multinode', text })

describe('hosts', () => {
  it.each([
    ['kolla1', ['kolla1']],
    ['kolla[1:3]', ['kolla1', 'kolla2', 'kolla3']],
    ['n[08:10]', ['n08', 'n09', 'n10']],
    ['n[1:7:3]', ['n1', 'n4', 'n7']],
    ['db-[a:c].x', ['db-a.x', 'db-b.x', 'db-c.x']],
    ['r[1:2]n[1:2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
    ['[a:b].example', ['a.example', 'b.example']],
  ])('%s', (pattern, names) => {
    expect(expandHosts(pattern)).toEqual({ names })
  })

  it.each([
    ['kolla1:2222', { names: ['kolla1'], port: 2222 }],
    ['k[1:2]:2222', { names: ['k1', 'k2'], port: 2222 }],
    ['fe80::1', { names: ['fe80::1'] }],
    ['kolla1:0', "the port of 'kolla1:0' must be from 1 to 65535"],
    ['k[3:1]', "the range '[3:1]' runs backwards"],
    ['k[01:100]', "the range '[01:100]' needs as many digits at its end as at its start"],
    ['k[1-3]', "the range '[1-3]' must look like [1:3], [01:10] or [a:c]"],
    ['k[1:3', "'k[1:3' opens a range with '[' and does not close it"],
    ['k[1:99999]', "the range '[1:99999]' stands for more than 10000 hosts"],
  ])('%s', (pattern, expected) => {
    expect(expandHosts(pattern)).toEqual(expected)
  })
})

describe('values are typed as Ansible does', () => {
  it.each([
    ['5', 5],
    ['-5', -5],
    ['1.5', 1.5],
    ['0x1f', 31],
    ['0644', '0644'],
    ['9007199254740991', 9007199254740991],
    ['12345678901234567890', '12345678901234567890'],
    ['-12_345678901234567890', '-12345678901234567890'],
    ['0xffffffffffffffff', '18446744073709551615'],
    ['12345678901234567890 # digits', '12345678901234567890'],
    ['True', true],
    ['None', null],
    ['true', 'true'],
    ['yes', 'yes'],
    ['eth0', 'eth0'],
    ['10.0.0.1', '10.0.0.1'],
    ["'5'", '5'],
    ["['a', 1]", ['a', 1]],
    ["{'a': [True]}", { a: [true] }],
    ['[a, b]', '[a, b]'],
    ['{{ x }}', '{{ x }}'],
    ['{"a": "b"}', { a: 'b' }],
    ['constructor', 'constructor'],
    ['5 # five', 5],
    ['eth0 # nic', 'eth0 # nic'],
  ])('%s', (text, value) => {
    expect(inventoryValue(text)).toEqual(value)
  })
})

describe('an inventory', () => {
  const { inventory, findings } = read(
    [
      '# a comment',
      '; another',
      '[control]  # with a comment',
      'kolla1 ansible_host=192.168.8.70 note="two words # no comment" # a comment',
      '  kolla2   opts=\'{"a": 1}\' empty=',
      '',
      '[control:vars]',
      'network_interface = eth1',
      'list=[1, 2]',
      '[mariadb:children]',
      'control # all of them',
    ].join('\r\n'),
  )

  it('is read', () => {
    expect(findings).toEqual([])
    expect([...(inventory.groups.get('control')?.hosts ?? [])]).toEqual(['kolla1', 'kolla2'])
    expect([...(inventory.groups.get('mariadb')?.children.keys() ?? [])]).toEqual(['control'])
  })

  it.each([
    ['kolla1', { ansible_host: '192.168.8.70', note: 'two words # no comment' }],
    ['kolla2', { opts: { a: 1 }, empty: '' }],
  ])('has the variables of %s', (host, variables) => {
    const found = [...(inventory.hosts.get(host)?.variables ?? [])].map(([k, v]) => [k, v.value])
    expect(Object.fromEntries(found)).toEqual(variables)
  })

  it('knows places', () => {
    expect(inventory.hosts.get('kolla2')?.variables.get('opts')?.place).toEqual({
      file: 'multinode',
      line: 5,
      column: 12,
    })
    expect(inventory.groups.get('control')?.variables.get('network_interface')?.place.line).toBe(8)
  })
})

describe('findings', () => {
  it.each([
    [
      '[control',
      "1:1: error: the section header that begins with '[control' is broken: write it as [control], without spaces",
    ],
    [
      '[con trol]',
      "1:1: error: the section header that begins with '[con' is broken: write it as [control], without spaces",
    ],
    [
      '[control:childs]',
      "1:10: error: a section is [group], [group:children] or [group:vars], not '[control:childs]'",
    ],
    [
      '[control:var]',
      "1:10: error: a section is [group], [group:children] or [group:vars], not '[control:var]', did you mean 'vars'?",
    ],
    ['[c]\nh note="x', "2:1: error: a quote is opened and not closed after 'h'"],
    [
      '[c]\nh eth0',
      '2:3: error: this word is no variable: after the host write key=value, without blanks',
    ],
    ['[c]\n  h[2:1]', "2:3: error: the range '[2:1]' runs backwards"],
    ['[c:vars]\nx', "2:1: error: 'x' sets nothing: below [c:vars] write key = value"],
    [
      '[c:children]\na b',
      "2:1: error: more than a group name follows 'a': below [c:children] write one group a line",
    ],
    ['[c]\nh\nh', "3:1: warning: host 'h' is listed twice in [c]: remove one"],
    ['[c:children]\na\na', "3:1: warning: group 'a' is named twice below [c:children]: remove one"],
    [
      '[c]\nh x=1\n[d]\nh x=2',
      "4:3: warning: 'x' is set again, to another value than in line 2: the last one holds",
    ],
    ['[c]\nh x=[1]\n[d]\nh x=[1]', undefined],
  ])('%j', (text, finding) => {
    const expected = finding === undefined ? [] : [`multinode:${finding}`]
    expect(read(text).findings.map(formatFinding)).toEqual(expected)
  })

  it.each([
    ['[c]\nh ansible_password= Hunter2', "2:21: error: a blank follows 'ansible_password='"],
    ['[c]\nh ansible_password=Hunter2= Hunter2', '2:29: error: this word is no variable'],
    ['[c]\nh ansible_password="Hunter2', "2:1: error: a quote is opened and not closed after 'h'"],
    ['[c]\nansible_password=Hunter2', "2:1: error: what begins with 'ansible_password'"],
    ['[c]\nansible_password=Hunter2[', "2:1: error: what begins with 'ansible_password'"],
    ['[c:vars]\nansible_password: Hunter2', "2:1: error: 'ansible_password' sets nothing"],
    ['[c:children]\na ansible_password=Hunter2', "2:1: error: more than a group name follows 'a'"],
    ['[c ansible_password=Hunter2]', "1:1: error: the section header that begins with '[c'"],
  ])('%j show no value, which may be a secret', (text, finding) => {
    const all = read(text).findings.map(formatFinding).join('\n')
    expect(all).toContain(`multinode:${finding}`)
    expect(all).not.toContain('Hunter2')
  })

  it.each(['../../../x', 'a/b', '.hidden', 'a"b', "a'b;c"])('refuse the host name %s', (name) => {
    expect(expandHosts(name)).toContain('is no host name')
  })

  it('stop before millions of hosts', { timeout: 30_000 }, () => {
    expect(expandHosts('k[1:9999]-[1:300]')).toContain('more than 10000 hosts')
    expect(expandHosts('[a:z][a:z][a:z][a:z]')).toContain('more than 10000 hosts')
    const many = read('[c]\n' + 'k[1:9999]\n'.repeat(1000))
    expect(many.findings.filter(({ severity }) => severity === 'error')).toHaveLength(1)
    expect(many.inventory.hosts.size).toBe(9999)
  })

  it('come all at once', () => {
    expect(read('[control\n[a:b]\n[c]\nh x').findings).toHaveLength(3)
  })
})
