import { describe, expect, it } from 'vitest'
import { renderText } from '../jinja/render.js'
import { cloudOf, small } from '../testing/read.js'
import { hostScope } from '../variables.js'

const found = (host: string) => ({
  ansible_facts: {
    processor_vcpus: 8,
    eth0: { ipv4: { address: host === 'kolla1' ? '10.0.0.1' : '10.0.0.2' } },
  },
})

function rendered(template: string, role = 'keystone', globals = '') {
  const cloud = cloudOf({
    ...small,
    globals: `${small.globals}${globals}`,
    passwords: 'rabbitmq_password: secret\n',
  })
  const [host] = cloud.hosts
  if (!host) throw new Error('no host')
  return renderText(template, hostScope(cloud, host, found, role))
}

describe("kolla-ansible's defaults that are Jinja", () => {
  it.each([
    ['{{ keystone_internal_url }}', 'http://10.0.0.9:5000'],
    ['{{ glance_internal_endpoint }}', 'http://10.0.0.9:9292'],
    [
      '{{ rpc_transport_url }}',
      'rabbit://openstack:secret@10.0.0.1:5672,openstack:secret@10.0.0.2:5672//',
    ],
    ['{{ role_rabbitmq_user }}', 'openstack'],
    ['{{ openstack_service_workers }}', '5'],
    ['{{ multiple_regions_names }}', "['RegionOne']"],
    ["{{ lookup('vars', 'keystone_admin_' ~ 'user') }}", 'admin'],
  ])('%s', (template, text) => {
    expect(rendered(template)).toBe(text)
  })

  it('are of the role that reads them', () => {
    expect(rendered('{{ project_name }}', 'keystone')).toBe('keystone')
    expect(rendered('{{ project_name }}', 'loadbalancer')).toBe('loadbalancer')
  })

  it("are the release's", () => {
    const older = 'openstack_release: "2025.2"\n'
    const text = '{{ cloudkitty_storage_backend }} {{ horizon_session_cache_backend is defined }}'
    expect(rendered(text)).toBe('sqlalchemy True')
    expect(rendered(text, 'keystone', older)).toBe('influxdb False')
  })

  it('may be used in globals.yml', () => {
    expect(rendered('{{ mine }}', 'keystone', 'mine: "{{ keystone_public_url }}/v3"\n')).toBe(
      'http://10.0.0.9:5000/v3',
    )
  })

  it('and facts in a variable of the operator wait for the hosts', () => {
    const mine = 'mine: "{{ ansible_facts.eth0.ipv4.address }}:1"\nours: "{{ mine }}0"\n'
    expect(rendered('{{ mine }} {{ ours }}', 'keystone', mine)).toBe('10.0.0.1:1 10.0.0.1:10')
  })
})

it('reads what YAML takes for no text as Python prints it', () => {
  const cloud = cloudOf({
    ...small,
    globals: `${small.globals}haproxy_user: yes\nopenstack_region_name: 1.0\nmine: [2026-11-23, 2.0]\nport: 2026-1-2 3:04:05\n`,
    passwords:
      'rabbitmq_password: yes\ndatabase_password: 1.0\nkeystone_admin_password: 2026-11-23\n',
  })
  expect(cloud.globals).toMatchObject({ haproxy_user: 'True', openstack_region_name: '1.0' })
  expect(cloud.passwords).toMatchObject({
    rabbitmq_password: 'True',
    database_password: '1.0',
    keystone_admin_password: '2026-11-23',
  })
  const [host] = cloud.hosts
  const scope = host && hostScope(cloud, host)
  expect(scope && renderText('{{ mine }} {{ port }}', scope)).toBe(
    "['2026-11-23', 2.0] 2026-01-02 03:04:05",
  )
})
