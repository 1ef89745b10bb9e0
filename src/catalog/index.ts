import { cron } from './cron.js'
import { haproxy } from './haproxy.js'
import { keepalived } from './keepalived.js'
import { keystone } from './keystone.js'
import { mariadb } from './mariadb.js'
import { memcached } from './memcached.js'
import { rabbitmq } from './rabbitmq.js'
import type { Service } from './service.js'

/** Every service that we know, in the order in which a person would read a deployment. */
export const services: readonly Service[] = [
  cron(() => services),
  haproxy(() => services),
  keepalived,
  mariadb,
  memcached,
  rabbitmq,
  keystone,
]

/** Names of all containers that the services may have on a host. */
export const containerNames: readonly string[] = [
  'cron',
  'haproxy',
  'keepalived',
  'mariadb',
  'memcached',
  'rabbitmq',
  'keystone_ssh',
  'keystone_fernet',
  'keystone',
]
