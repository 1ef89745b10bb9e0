import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { bootstrapCommand } from './keystone.js'
import { accessFiles } from './openrc.js'
import { testCloud } from './testing/cloud.js'

const files = (changes?: Parameters<typeof testCloud>[0]) => accessFiles(testCloud(changes))
const external = { globals: { kolla_external_vip_address: '10.10.9.75' } }

/** What a shell that sources the file has in its variables. */
function sourced(name: string, wanted: string): string {
  const script = `OS_TOKEN=old\n${files(external)[name]}\nprintf %s "${wanted}"`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' })
}

it.each([
  ['admin-openrc.sh', 'http://192.168.8.75:5000', 'admin', '', 'internal'],
  ['admin-openrc-system.sh', 'http://192.168.8.75:5000', '', 'all', 'internal'],
  ['public-openrc.sh', 'http://10.10.9.75:5000', 'admin', '', ''],
  ['public-openrc-system.sh', 'http://10.10.9.75:5000', '', 'all', ''],
])('%s sets what the openstack client reads, whatever the password', (name, ...wanted) => {
  const read = '$OS_AUTH_URL|$OS_PROJECT_NAME|$OS_SYSTEM_SCOPE|$OS_INTERFACE|$OS_PASSWORD|$OS_TOKEN'
  expect(sourced(name, read)).toBe([...wanted, "admin's $secret", ''].join('|'))
})

it('names the four clouds of kolla-ansible', () => {
  const { clouds } = parse(files()['clouds.yaml'] ?? '') as { clouds: Record<string, unknown> }
  expect(Object.keys(clouds)).toEqual([
    'kolla-admin',
    'kolla-admin-system',
    'kolla-admin-internal',
    'kolla-admin-system-internal',
  ])
  expect(clouds['kolla-admin-internal']).toMatchObject({
    auth: { auth_url: 'http://192.168.8.75:5000', password: "admin's $secret" },
    interface: 'internal',
  })
})

it('hands the administrator’s password to keystone-manage by environment alone', () => {
  const { command, environment } = bootstrapCommand(testCloud())
  expect(command.join(' ')).not.toContain("admin's $secret")
  expect(environment).toEqual({ OS_BOOTSTRAP_PASSWORD: "admin's $secret" })
})
