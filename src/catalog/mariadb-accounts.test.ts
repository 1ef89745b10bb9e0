import { describe, expect, it } from 'vitest'
import { accountsSql, databaseSql, sqlName, sqlString } from './mariadb-accounts.js'
import { testCloud } from './testing/cloud.js'

describe('SQL quoting', () => {
  it.each([
    ['plain', "'plain'"],
    ["it's", "'it''s'"],
    ['back\\slash', "'back\\\\slash'"],
    ["\\'; DROP USER root; --", "'\\\\''; DROP USER root; --'"],
    ['', "''"],
    ['日本\n', "'日本\n'"],
  ])('%j', (value, quoted) => {
    expect(sqlString(value)).toBe(quoted)
  })

  it('refuses what no statement can hold', () => {
    expect(() => sqlString('a\0b')).toThrow('NUL')
  })

  it('quotes names', () => {
    expect(sqlName('a`b')).toBe('`a``b`')
  })
})

it('creates accounts so that running it again mends them', () => {
  const lines = accountsSql(testCloud()).split('\n')
  expect(lines).toContain(
    "CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY 'it''s \\\\ a secret';",
  )
  expect(lines).toContain("ALTER USER 'root'@'%' IDENTIFIED BY 'it''s \\\\ a secret';")
  expect(lines).toContain("CREATE USER IF NOT EXISTS 'haproxy'@'%' IDENTIFIED BY '';")
  expect(lines.every((line) => line.endsWith(';'))).toBe(true)
})

it('gives a service all rights on its own database alone', () => {
  expect(databaseSql('glance', 'glance', 'x')).toContain(
    "GRANT ALL PRIVILEGES ON `glance`.* TO 'glance'@'%';",
  )
  expect(databaseSql('glance', 'glance', 'x')).toContain('CREATE DATABASE IF NOT EXISTS `glance`;')
})
