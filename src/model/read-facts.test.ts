import { describe, expect, it } from 'vitest'
import type { HostFacts } from './observed-host.js'
import { filesOf, read, small } from './testing/read.js'
import { formatFinding } from './finding.js'
import { readCloud } from './read-cloud.js'

const factsOf = (name: string, nic: string, address: string): HostFacts => ({
  name,
  hostname: name,
  interfaces: { lo: ['127.0.0.1/8'], [nic]: ['10.0.0.9/32', `${address}/24`] },
  defaultRoute: { interface: nic, gateway: '10.0.0.1' },
  os: { family: 'debian', id: 'debian', version: '12' },
  cpus: 4,
  memoryBytes: 2 ** 33,
})

const facts = [factsOf('kolla1', 'eno1', '10.0.0.71'), factsOf('kolla2', 'br-api', '10.0.0.72')]

const withGlobals = (text: string) => ({ ...small, globals: `${small.globals}${text}\n` })

describe('globals that ask for facts of hosts', () => {
  it.each([
    'network_interface: "{{ ansible_facts.default_ipv4.interface }}"',
    `network_interface: "{{ ansible_facts['default_ipv4']['interface'] }}"`,
    'network_interface: "{{ ansible_default_ipv4.interface }}"',
    `network_interface: "{{ ansible_default_ipv4.interface | default('eth0') }}"`,
    'nic: "{{ ansible_default_ipv4.interface }}"\nnetwork_interface: "{{ nic }}"',
    `network_interface: "{{ hostvars['kolla2'].ansible_facts.default_ipv4.interface }}"`,
  ])('leave hosts to be asked: %s', (text) => {
    const { cloud, unasked, findings } = readCloud(filesOf(withGlobals(text)))
    expect(findings).toEqual([])
    expect(cloud).toBeUndefined()
    expect(unasked?.map(({ name, connection }) => [name, connection.address])).toEqual([
      ['kolla1', 'kolla1'],
      ['kolla2', 'kolla2'],
    ])
  })

  it('tell first what is wrong anyway', () => {
    const text = 'network_interface: "{{ ansible_default_ipv4.interface }}"\nmariadb_port: 70000'
    const { unasked, findings } = readCloud(filesOf(withGlobals(text)))
    expect(unasked).toBeUndefined()
    expect(findings.map(formatFinding)).toEqual([
      "globals.yml:3:1: error: 'mariadb_port' must be at most 65535, not '70000'",
    ])
  })

  it.each([
    ['network_interface: "{{ ansible_facts.default_ipv4.interface }}"', ['eno1', 'br-api']],
    [
      `network_interface: "{{ hostvars['kolla2'].ansible_facts.default_ipv4.interface }}"`,
      ['br-api', 'br-api'],
    ],
    [`network_interface: "{{ 'eno1' if ansible_hostname == 'kolla1' else 'x' }}"`, ['eno1', 'x']],
  ])('are each host’s own then: %s', (text, interfaces) => {
    const { cloud, findings } = readCloud({ ...filesOf(withGlobals(text)), facts })
    expect(findings).toEqual([])
    expect(cloud?.hosts.map(({ globals }) => globals.api_interface)).toEqual(interfaces)
  })

  it('may use addresses, of which a floating one is none', () => {
    const text = [
      'network_interface: "{{ ansible_default_ipv4.interface }}"',
      `openstack_region_name: "at-{{ 'api' | kolla_address }}-{{ api_interface_address }}"`,
    ].join('\n')
    const { cloud } = readCloud({ ...filesOf(withGlobals(text)), facts })
    expect(cloud?.hosts.map(({ globals }) => globals.openstack_region_name)).toEqual([
      'at-10.0.0.71-10.0.0.71',
      'at-10.0.0.72-10.0.0.72',
    ])
  })

  it('are refused where a host has no such fact', () => {
    const text = 'network_interface: "{{ ansible_facts.default_ipv6.interface }}"'
    const { cloud, findings } = readCloud({ ...filesOf(withGlobals(text)), facts })
    expect(cloud).toBeUndefined()
    expect(findings.map(formatFinding)).toEqual([
      "globals.yml:2:1: error: 'network_interface' can't be evaluated: ansible_facts.default_ipv6 is not defined: define it, or write the value itself",
    ])
  })

  it('need nobody asked where they are kolla-ansible’s own defaults, written out', () => {
    const text = 'openstack_service_workers: "{{ [ansible_facts.processor_vcpus, 5]|min }}"'
    expect(read(withGlobals(text)).cloud).toBeDefined()
  })
})

it('how a host is reached can not depend on what it tells', () => {
  const inventory = `${small.inventory}[control:vars]\nansible_host="{{ ansible_facts.fqdn }}"\n`
  expect(read({ ...small, inventory }).findings).toEqual([
    "/cloud/multinode:8:1: error: 'ansible_host' asks for facts of hosts, which are not known here: write the value itself, in host_vars/ where it is not the same on all",
  ])
})
