import { expect, it } from 'vitest'
import { formatFinding } from '../model/finding.js'
import type { Passwords } from '../model/passwords.js'
import { checkPasswords } from './check-passwords.js'
import { services } from './index.js'
import { consumers } from './password-consumers.js'
import { testCloud } from './testing/cloud.js'
import { whole } from './testing/whole.js'

const cloud = testCloud({ globals: whole })

function check(changes: Passwords): string[] {
  return checkPasswords({ ...cloud, passwords: { ...cloud.passwords, ...changes } }).map(
    formatFinding,
  )
}

it.each([
  ['keystone_database_password', 'a/b:c$d'],
  ['mariadb_backup_database_password', 'a"b\\c#d;e'],
  ['rabbitmq_password', 'a@b/c:d#e'],
  ['haproxy_password', "a 'b' #c"],
  ['keepalived_password', "a'b$c"],
  ['ceph_rgw_keystone_password', 'a=b c'],
  ['nova_api_database_password', 'a/b:c#d'],
  ['libvirt_sasl_password', 'a#b;c d'],
  ['rabbitmq_cluster_cookie', 'a"b#c'],
  ['keystone_ssh_key', { private_key: 'BEGIN\r\nx\nEND\n', public_key: 'ssh-rsa AAAA me\n' }],
])('takes for %s: %j', (key, value) => {
  expect(check({ [key]: value })).toEqual([])
})

it.each([
  ['keystone_database_password', 'a@b', 'contains @ or %'],
  ['keystone_database_password', '100%', 'contains @ or %'],
  ['glance_database_password', 'a@b', 'contains @ or %'],
  ['ceph_rgw_keystone_password', 'Hunter2 # x', 'contains #, ;'],
  ['ceph_rgw_keystone_password', 'Hunter2;x', 'contains #, ;'],
  ['ceph_cluster_fsid', 'Hunter2', 'must be a UUID'],
  ['rbd_secret_uuid', 'Hunter2', 'must be a UUID'],
  ['nova_database_password', 'Hunter2/x', 'contains @, %, /'],
  ['nova_database_password', 'Hunter2[x', 'contains @, %, /'],
  ['libvirt_sasl_password', ' Hunter2', 'begins or ends with a blank'],
  ['keepalived_password', 'Hunter2 x', 'contains a blank'],
  ['keepalived_password', 'Hunter2!', 'contains a blank'],
  ['rabbitmq_cluster_cookie', 'Hunter2 x', 'must be up to 255'],
])('refuses for %s: %s', (key, value, why) => {
  const [finding = '', ...more] = check({ [key]: value })
  expect(finding).toContain(`passwords.yml: error: ${key} ${why}`)
  expect(finding).not.toContain('Hunter2')
  expect(more).toEqual([])
})

it('refuses a line break in whatever password, since that would be another option', () => {
  const texts = [...new Set(services.flatMap(({ passwords }) => passwords))]
  for (const key of texts) {
    for (const value of ['Hunter2\ndebug = True', 'Hunter2\r', 'Hunter2\u0000', 'Hunter2\n']) {
      const [finding = ''] = check({ [key]: value })
      expect(finding).toContain(`'${key}' must be one line without control characters`)
      expect(finding).not.toContain('Hunter2')
    }
  }
  const pair = { private_key: 'x', public_key: 'ssh-rsa AAAA me\nssh-rsa BBBB you' }
  expect(check({ keystone_ssh_key: pair }).join()).toContain(
    "'keystone_ssh_key.public_key' must be",
  )
})

it('knows no consumer of a password that nothing needs', () => {
  const needed = services.flatMap(({ passwords }) => passwords)
  expect(Object.keys(consumers).filter((key) => !needed.includes(key))).toEqual([])
})

it('warns of what is guessed at once', () => {
  expect(check({ haproxy_password: 'abc' }).join()).toContain('warning: haproxy_password has fewer')
})
