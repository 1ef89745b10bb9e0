import { expect, it } from 'vitest'
import { serviceNamed } from './index.js'
import { accountsSql } from './mariadb-accounts.js'
import { oneShotsOf, restoredAccountsSql } from './one-shots.js'
import { testCloud } from './testing/cloud.js'

it("mends the services' accounts, too, in data of another day", () => {
  const keystone = "ALTER USER 'keystone'@'%' IDENTIFIED BY 'ks/db:$pass';"
  expect(accountsSql(testCloud())).not.toContain(keystone)
  expect(restoredAccountsSql(testCloud())).toContain(keystone)
  const without = testCloud({ globals: { enable_keystone: false } })
  expect(restoredAccountsSql(without)).toBe(accountsSql(without))
})

it('are run by the first host of their component, and none where the service is off', () => {
  const shots = oneShotsOf(testCloud(), serviceNamed('keystone'))
  expect(shots).toMatchObject({ host: 'kolla1', container: 'keystone' })
  expect([...(shots?.takes.keys() ?? [])]).toEqual(['databases', 'schema', 'identity'])
  const without = testCloud({ globals: { enable_keystone: false } })
  expect(oneShotsOf(without, serviceNamed('keystone'))).toBeUndefined()
  expect(oneShotsOf(testCloud(), serviceNamed('memcached'))).toBeUndefined()
})
