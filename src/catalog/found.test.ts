import { describe, expect, it } from 'vitest'
import { formatFinding } from '../model/finding.js'
import type { Globals } from '../model/globals.js'
import { checkFoundOverrides, checkOverrides } from './check-overrides.js'
import { renderHost } from './render.js'
import { testCloud, testFacts } from './testing/cloud.js'

const facts = testFacts.map((host) => ({ ...host, hostname: `${host.name}.example.org` }))
const withOverride = (text: string, globals = {}) =>
  testCloud({ globals, overrides: [{ path: 'keystone.conf', text: `[mine]\nx = ${text}\n` }] })

/** What an override's Jinja becomes in kolla2's keystone.conf. */
function rendered(template: string): string | undefined {
  const cloud = withOverride(template)
  expect(checkOverrides(cloud)).toEqual([])
  expect(checkFoundOverrides(cloud, facts)).toEqual([])
  const keystone = renderHost(cloud, facts, 'kolla2').find(({ name }) => name === 'keystone')
  const file = keystone?.files.find(({ path }) => path === 'keystone.conf')
  return /^x = (.*)$/m.exec(file?.content ?? '')?.[1]
}

describe('Jinja in overrides knows of hosts', () => {
  it.each([
    ['{{ api_interface_address }}', '192.168.8.71'],
    ["{{ 'api' | kolla_address }}", '192.168.8.71'],
    ["{{ 'cluster' | kolla_address }}", '10.10.9.102'],
    ["{{ 'api' | kolla_address(inventory_hostname) }}", '192.168.8.71'],
    ["{{ 'api' | kolla_address('kolla1') | put_address_in_context('url') }}", '192.168.8.70'],
    [
      "{% for host in groups['control'] %}{{ 'api' | kolla_address(host) }}{{ ',' if not loop.last else '' }}{% endfor %}",
      '192.168.8.70,192.168.8.71,192.168.8.72',
    ],
    ['{{ inventory_hostname }}', 'kolla2'],
    ['{{ ansible_hostname }} {{ ansible_facts.hostname }}', 'kolla2 kolla2'],
    ["{{ ansible_facts['nodename'] }}", 'kolla2.example.org'],
    ['{{ ansible_facts[api_interface].ipv4.address }}', '192.168.8.71'],
    ["{{ hostvars['kolla3'].ansible_facts['eth1']['ipv4']['address'] }}", '10.10.9.103'],
    ["{{ hostvars['kolla3'].api_interface_address }}", '192.168.8.72'],
    ['{{ [ansible_facts.processor_vcpus, 5] | min }}', '2'],
    ['{{ ansible_facts.os_family }} {{ ansible_facts.distribution }}', 'Debian Debian'],
  ])('%s', (template, text) => {
    expect(rendered(template)).toBe(text)
  })

  it('never the floating address', () => {
    const floating = facts.map((host) => ({
      ...host,
      interfaces: { ...host.interfaces, eth0: ['192.168.8.75/32', '192.168.8.71/24'] },
    }))
    const cloud = withOverride('{{ ansible_facts.eth0.ipv4.address }}')
    expect(checkFoundOverrides(cloud, floating)).toEqual([])
    const files = renderHost(cloud, floating, 'kolla2').flatMap((container) => container.files)
    const text = files.map(({ content }) => content).join('\n')
    expect(text).toContain('x = 192.168.8.71')
  })

  it.each([
    ['{{ ansible_facts.uptime_seconds }}', 'ansible_facts.uptime_seconds is not defined'],
    ['{{ ansible_default_ipv4.address }}', 'ansible_default_ipv4 is not defined'],
    [
      "{{ 'apy' | kolla_address }}",
      "kolla_address knows no network 'apy': there is no apy_interface",
    ],
    ["{{ 'api' | kolla_address('kolla9') }}", "kolla_address knows no host 'kolla9'"],
    [
      "{{ 'storage' | kolla_address }}",
      'kolla1 has no IPv4 address on eth2 (storage_interface)',
      'kolla2 has no IPv4 address on eth2 (storage_interface)',
      'kolla3 has no IPv4 address on eth2 (storage_interface)',
    ],
  ])('%s is refused', (template, ...messages) => {
    const cloud = withOverride(template, { storage_interface: 'eth2' })
    expect(checkOverrides(cloud)).toEqual([])
    expect(checkFoundOverrides(cloud, facts).map(formatFinding)).toEqual(
      messages.map(
        (message) =>
          `config/keystone.conf:2: error: ${message}: define it, or write the value itself`,
      ),
    )
  })
})

it('what globals.yml could not evaluate is refused where an override needs it, or found of the host', () => {
  const globals = {
    my_fact: '{{ ansible_facts.fqdn }}',
    docker_client_timeout: '{{ nothing }}',
    api_interface_address: "{{ 'api' | kolla_address }}",
  } as Partial<Globals>
  const text = '[a]\nb = {{ docker_client_timeout }}\n'
  const overrides = (content: string) => [{ path: 'keystone.conf', text: content }]
  expect(
    checkOverrides(testCloud({ globals, overrides: overrides(text) })).map(formatFinding),
  ).toEqual([
    "config/keystone.conf:2: error: the value of 'docker_client_timeout' is not defined: define it, or write the value itself",
  ])
  const asking = testCloud({ globals, overrides: overrides('[a]\nb = {{ my_fact }}\n') })
  expect(checkOverrides(asking)).toEqual([])
  expect(checkFoundOverrides(asking, facts).map(formatFinding)).toEqual([
    'config/keystone.conf:2: error: ansible_facts.fqdn is not defined: define it, or write the value itself',
  ])
  const cloud = testCloud({
    globals,
    overrides: overrides('[a]\nb = {{ api_interface_address }}\n'),
  })
  expect(checkFoundOverrides(cloud, facts)).toEqual([])
})
