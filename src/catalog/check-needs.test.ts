import { expect, it } from 'vitest'
import type { Globals } from '../model/globals.js'
import type { Override } from '../model/cloud.js'
import { checkNeeds } from './check-needs.js'
import { testCloud } from './testing/cloud.js'
import { whole } from './testing/whole.js'

const messages = (globals: Partial<Globals>, overrides: readonly Override[] = []) =>
  checkNeeds(testCloud({ globals, overrides })).map(({ message }) => message)

it('find nothing where everything is there', () => {
  expect(messages({})).toEqual([])
  expect(messages(whole)).toEqual([])
})

it('names what a service needs and is off', () => {
  expect(messages({ enable_glance: true, enable_keystone: false })).toEqual([
    'glance needs keystone: set enable_keystone: "yes", or enable_glance: "no"',
  ])
  expect(messages({ enable_placement: true, enable_rabbitmq: false })).toEqual([])
  expect(messages({ enable_heat: true, enable_rabbitmq: false })).toEqual([
    'heat needs rabbitmq: set enable_rabbitmq: "yes", or enable_heat: "no"',
  ])
})

it('refuses Cinder without a backend', () => {
  expect(messages({ enable_cinder: true })).toEqual([
    expect.stringContaining('cinder has no backend'),
  ])
})

it("wants the files of somebody else's Ceph", () => {
  const globals = { enable_glance: true, glance_backend_ceph: true }
  const conf = { path: 'glance/ceph.conf', text: '[global]\n' }
  expect(messages(globals, [conf])).toEqual([
    expect.stringContaining('config/glance/ceph.client.glance.keyring is missing'),
  ])
  const keyring = { path: 'glance/ceph.client.glance.keyring', text: '[client.glance]\n' }
  expect(messages(globals, [conf, keyring])).toEqual([])
})

it('wants two hosts for what is to survive one, and switches for networks', () => {
  expect(messages({ ...whole, enable_neutron_agent_ha: true })).toEqual([])
  const { groups, ...cloud } = testCloud({ globals: { ...whole, enable_neutron_agent_ha: true } })
  const one = new Map([...groups, ['neutron-l3-agent', ['kolla1']] as const])
  expect(checkNeeds({ ...cloud, groups: one }).map(({ message }) => message)).toEqual([
    expect.stringContaining("group 'neutron-l3-agent' has only kolla1"),
  ])
  expect(messages({ ...whole, enable_openvswitch: false })).toEqual([
    expect.stringContaining('neutron needs openvswitch'),
  ])
  const bare = new Map([...groups, ['openvswitch', ['kolla2', 'kolla3']] as const])
  expect(checkNeeds({ ...cloud, groups: bare }).map(({ message }) => message)).toContain(
    "group 'neutron-dhcp-agent' has hosts without Open vSwitch (kolla1): list them in [openvswitch], or 'neutron-dhcp-agent' in [openvswitch:children]",
  )
})

it('wants a place for the sessions of Horizon', () => {
  expect(messages({ ...whole, enable_memcached: false })).toEqual([
    'horizon needs memcached: set enable_memcached: "yes", or enable_horizon: "no"',
  ])
})

it('wants the files of what is switched on', () => {
  const globals = { ...whole, glance_enable_property_protection: true }
  expect(messages(globals)).toEqual([
    'glance_enable_property_protection needs config/glance/property-protections-rules.conf, and it is missing: add it, or set glance_enable_property_protection: "no"',
  ])
  const rules = { path: 'glance/property-protections-rules.conf', text: '[.*]\n' }
  expect(messages(globals, [rules])).toEqual([])
})
