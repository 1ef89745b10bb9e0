import { expect, it } from 'vitest'
import { formatFinding } from '../model/finding.js'
import { checkNames } from './check-names.js'

const globals = {
  kolla_internal_fqdn: 'api.example.org',
  kolla_external_fqdn: '203.0.113.7',
  docker_registry: 'registry.example.org:5000',
}
const check = (second: string, name = 'kolla2') =>
  checkNames(
    [
      { name: 'kolla1', hostname: 'kolla1.example.org' },
      { name, hostname: second },
    ],
    globals,
  ).map(formatFinding)

it.each(['kolla2', 'kolla2.example.org', 'node-17', '10'])(
  'a host may call itself %s',
  (hostname) => {
    expect(check(hostname)).toEqual([])
  },
)

it('a host may call itself as an address of the inventory is called, or as itself', () => {
  expect(check('node2', '192.168.8.71')).toEqual([])
  expect(check('localhost', 'localhost')).toEqual([])
})

it.each([
  ['kolla1', 'kolla1', 'kolla1'],
  ['KOLLA1.evil.org', 'kolla1', 'kolla1'],
  ['api.example.org', 'api.example.org', 'kolla_internal_fqdn'],
  ['registry.example.org', 'registry.example.org', 'docker_registry'],
  ['localhost.localdomain', 'localhost', 'every machine for itself'],
])('but not %s', (hostname, called, owner) => {
  expect(check(hostname)).toEqual([
    `kolla2: error: calls itself ${called}, which is the name of ${owner}: give it another (hostnamectl set-hostname kolla2)`,
  ])
})
