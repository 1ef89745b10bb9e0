import type { Cloud } from '../model/cloud.js'
import { password } from '../model/passwords.js'
import type { Service } from './service.js'

/** kolla-ansible's name for the account of `mariabackup`; state transfers between members use it too. */
export const backupAccount = 'backup_shard_0'

/** The account that HAProxy's check logs in with: no password, no rights. */
export const checkAccount = 'haproxy'

/** A string literal, right also where `NO_BACKSLASH_ESCAPES` is off (the default) and for any value. */
export function sqlString(value: string): string {
  if (value.includes('\0')) throw new TypeError('An SQL string cannot hold a NUL byte.')
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

/** A quoted identifier, such as a database's name. */
export function sqlName(value: string): string {
  return `\`${value.replaceAll('`', '``')}\``
}

/**
 * The accounts of a new cluster, and what mends their passwords and rights later: every statement may run again. To be
 * given on standard input to `mariadb` inside the container, where `mysql@localhost` needs no password but the right
 * user id; thus no secret is an argument. Run it on the first member, before the others copy its data.
 */
export function accountsSql(cloud: Cloud): string {
  const { globals, passwords } = cloud
  const secret = (key: string) => password(passwords, key)
  return [
    ...account(globals.database_user, '%', secret('database_password')),
    `GRANT ALL PRIVILEGES ON *.* TO ${user(globals.database_user, '%')} WITH GRANT OPTION;`,
    ...account(globals.database_user, 'localhost', secret('database_password')),
    `GRANT ALL PRIVILEGES ON *.* TO ${user(globals.database_user, 'localhost')} WITH GRANT OPTION;`,
    ...account(backupAccount, '%', secret('mariadb_backup_database_password')),
    `GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, REPLICA MONITOR ON *.* TO ${user(backupAccount, '%')};`,
    `GRANT CREATE, ALTER, INSERT, SELECT ON mysql.* TO ${user(backupAccount, '%')};`,
    ...account(globals.mariadb_monitor_user, '%', secret('mariadb_monitor_password')),
    `GRANT REPLICATION CLIENT ON *.* TO ${user(globals.mariadb_monitor_user, '%')};`,
    `CREATE USER IF NOT EXISTS ${user(checkAccount, '%')} IDENTIFIED BY '';`,
  ].join('\n')
}

/** A service's database and its account, with all rights on it alone. May run again. */
export function databaseSql(database: string, name: string, secret: string): string {
  return [
    `CREATE DATABASE IF NOT EXISTS ${sqlName(database)};`,
    ...account(name, '%', secret),
    `GRANT ALL PRIVILEGES ON ${sqlName(database)}.* TO ${user(name, '%')};`,
  ].join('\n')
}

/** Databases and accounts of a service; every statement may run again. */
export function databasesSql(cloud: Cloud, { databases }: Pick<Service, 'databases'>): string {
  return (databases?.(cloud) ?? [])
    .map(({ name, user, password: key }) => databaseSql(name, user, password(cloud.passwords, key)))
    .join('\n')
}

/** Accounts that have rights on a database of that very name, a line each. */
export function holdersSql(database: string): string {
  // The name may be written as a pattern without wildcards.
  return `SELECT DISTINCT User FROM mysql.db WHERE REPLACE(Db, '\\\\', '') = ${sqlString(database)} AND User <> '' ORDER BY User`
}

/** What tells how far a service's databases were brought. */
export function schemaHeadsSql(cloud: Cloud, { databases, schema }: Service): string {
  if (schema?.heads) return schema.heads(cloud)
  const all = databases?.(cloud) ?? []
  return all
    .map(({ name }) => `SELECT version_num FROM ${sqlName(name)}.alembic_version`)
    .join(' UNION ')
}

function user(name: string, host: string): string {
  return `${sqlString(name)}@${sqlString(host)}`
}

function account(name: string, host: string, secret: string): string[] {
  return [
    `CREATE USER IF NOT EXISTS ${user(name, host)} IDENTIFIED BY ${sqlString(secret)};`,
    `ALTER USER ${user(name, host)} IDENTIFIED BY ${sqlString(secret)};`,
  ]
}
