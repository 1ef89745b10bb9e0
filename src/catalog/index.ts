import { cephMgr } from './ceph/mgr.js'
import { cephMon } from './ceph/mon.js'
import { cephOsd } from './ceph/osd.js'
import { cephRgw } from './ceph/rgw.js'
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
  cephMon,
  cephMgr,
  cephOsd,
  cephRgw,
]

/** Names of all containers that the services may have on a host; `*` stands for any ending. */
export const containerNames: readonly string[] = services.flatMap((service) =>
  service.components.map((component) => component.container),
)
