import { expect, it } from 'vitest'
import { checkPasswords } from './check-passwords.js'
import { testCloud } from './testing/cloud.js'

it.each([
  ['plain', 0],
  ['a/b:c$d', 0],
  ['a@b', 1],
  ['100%', 1],
])('takes or refuses %s', (secret, findings) => {
  const cloud = testCloud()
  const passwords = { ...cloud.passwords, keystone_database_password: secret }
  expect(checkPasswords({ ...cloud, passwords })).toHaveLength(findings)
})
