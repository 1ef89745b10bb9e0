import { cephMgr } from './ceph/mgr.js'
import { cephMon } from './ceph/mon.js'
import { cephOsd } from './ceph/osd.js'
import { cephRgw } from './ceph/rgw.js'
import { cinder } from './cinder.js'
import { cron } from './cron.js'
import { glance } from './glance.js'
import { haproxy } from './haproxy.js'
import { heat } from './heat.js'
import { horizon } from './horizon.js'
import { keepalived } from './keepalived.js'
import { keystone } from './keystone.js'
import { mariadb } from './mariadb.js'
import { memcached } from './memcached.js'
import { neutron } from './neutron/index.js'
import { openvswitch } from './openvswitch.js'
import { novaCell } from './nova/nova-cell.js'
import { nova } from './nova/nova.js'
import { placement } from './placement.js'
import { rabbitmq } from './rabbitmq.js'
import type { Component, Service } from './service.js'

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
  glance,
  placement,
  cinder,
  openvswitch,
  neutron,
  nova,
  novaCell,
  heat,
  horizon,
]

/** @throws RangeError for a name that is none of a service */
export function serviceNamed(name: string): Service {
  const found = services.find((service) => service.name === name)
  if (found) return found
  throw new RangeError(`there is no service ${name}`)
}

const components = services.flatMap((service) => service.components)

/** Names of all containers that the services may have on a host; `*` stands for any ending. */
export const containerNames: readonly string[] = components.map(({ container }) => container)

/** Folders below `/etc/kolla` that they may have: kolla-ansible calls those of newer services with a dash. */
export const containerFolders: readonly string[] = [
  ...new Set([
    ...containerNames.flatMap((name) => [name, name.replaceAll('_', '-')]),
    ...components.flatMap(({ folder }) => folder ?? []),
  ]),
]

/** What replacing a container interrupts on its host; undefined where nobody would ask. */
export function interruptsOf(container: string): Component['interrupts'] {
  return components.find((it) => it.container === container)?.interrupts
}

/** How the names of containers begin that a container starts itself; undefined where it starts none. */
export function helpersOf(container: string): string | undefined {
  return components.find((it) => it.container === container)?.helpers
}

/** Containers by which machines of their host run, of every service, enabled or not. */
export const carriers: readonly string[] = components
  .filter((it) => it.carriesMachines)
  .map(({ container }) => container)
