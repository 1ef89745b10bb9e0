import { expect, it } from 'vitest'
import { formatFinding } from '../model/finding.js'
import { checkOverrides } from './check-overrides.js'
import { testCloud } from './testing/cloud.js'

it('finds all that is broken and all that is read by nobody, each once', () => {
  const overrides = [
    { path: 'global.conf', text: '[DEFAULT]\ndebug = True\n' },
    { path: 'galera.cnf', text: '[mysqld\nport = 1\n' },
    { path: 'haproxy/services.d/mine.cfg', text: 'listen {{ nowhere }}\n' },
    { path: 'keystone/kolla3/keystone.conf', text: '[token]\nexpiration = 1\n' },
    { path: 'keystone/kolla9/keystone.conf', text: '' },
    { path: 'keystone.cnf', text: '' },
  ]
  const findings = checkOverrides(testCloud({ overrides })).map(formatFinding)
  expect(findings.map((text) => text.split(': ').slice(0, 2).join(': '))).toEqual([
    'config/haproxy/services.d/mine.cfg:1: error',
    'config/galera.cnf:1: error',
    'config/keystone/kolla9/keystone.conf: warning',
    'config/keystone.cnf: warning',
  ])
})

it('refuses a file whose name one of HAProxy has', () => {
  const overrides = [{ path: 'haproxy/services.d/mariadb.cfg', text: 'listen mine\n' }]
  expect(checkOverrides(testCloud({ overrides })).map(formatFinding)).toEqual([
    'config/haproxy/services.d/mariadb.cfg: error: HAProxy has a file of ours of that name: give this one another name',
  ])
})

it('leaves what needs facts, by itself, a default or a file that it includes, until hosts were asked', () => {
  const overrides = [
    { path: 'keystone.conf', text: '[a]\nx = {{ rpc_transport_url }}\n' },
    { path: 'keystone/keystone.conf', text: "{% include 'facts.j2' %}" },
    { path: 'keystone/facts.j2', text: '[a]\ny = {{ ansible_facts.hostname }}\n' },
  ]
  expect(checkOverrides(testCloud({ overrides }))).toEqual([])
})
