import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cloudOf, read, small } from '../model/testing/read.js'
import { checkUndeployed } from './undeployed.js'

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const minimal = `${small.globals}enable_openstack_core: "no"\nenable_keystone: "yes"\n`

function named(globals: string): string[] {
  const findings = checkUndeployed(cloudOf({ ...small, globals }))
  const [, list = ''] = /does not deploy (.*): say/.exec(findings[0]?.message ?? '') ?? []
  return list === '' ? [] : list.split(', ')
}

describe('services that are enabled in vain', () => {
  it('are named, by default those of the core', () => {
    expect(named(small.globals)).toEqual([])
  })

  it.each([
    ['enable_barbican: "yes"', ['barbican']],
    ['enable_octavia: true\nenable_prometheus: "{{ enable_octavia }}"', ['octavia', 'prometheus']],
    ['enable_ovn: on', ['ovn']],
    ['enable_cinder: yes\nenable_cinder_backend_lvm: yes', ['cinder_backend_lvm']],
    [
      'enable_neutron: yes\nenable_neutron_qos: yes\nenable_neutron_vpnaas: yes',
      ['neutron_vpnaas'],
    ],
    ['enable_masakari: "True"', ['masakari']],
    ['enable_barbican: "no"', []],
    ['enable_mariabackup: yes\nenable_haproxy: yes\nenable_cells: yes', []],
    ['enable_horizon_magnum: yes', ['horizon_magnum']],
  ])('%j', (more, services) => {
    expect(named(`${minimal}${more}\n`)).toEqual(services)
  })

  it('are named when one host alone enables them', () => {
    const inventory = small.inventory.replace('kolla2', 'kolla2 enable_collectd=yes')
    const [finding] = checkUndeployed(cloudOf({ ...small, inventory, globals: minimal }))
    expect(finding?.message).toContain('collectd')
  })
})

it("the lab's cloud is read without a finding", () => {
  const globals = file('lab/cloud/globals.yml')
  const inventory = file('lab/cloud/multinode')
  expect(read({ globals, inventory }).findings).toEqual([])
  expect(checkUndeployed(cloudOf({ globals, inventory }))).toEqual([])
})
