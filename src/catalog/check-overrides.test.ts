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
