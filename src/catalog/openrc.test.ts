import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { bootstrapCommand } from './keystone.js'
import { adminOpenrc, cloudsYaml } from './openrc.js'
import { testCloud } from './testing/cloud.js'

it('sets what the openstack client reads, whatever the password', () => {
  const script = `OS_TOKEN=old\n${adminOpenrc(testCloud())}\nprintf %s "$OS_PASSWORD|$OS_AUTH_URL|$OS_TOKEN"`
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe(
    "admin's $secret|http://192.168.8.75:5000|",
  )
})

it('names the four clouds of kolla-ansible', () => {
  const { clouds } = parse(cloudsYaml(testCloud())) as { clouds: Record<string, unknown> }
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
