import type { Cloud } from '../model/cloud.js'
import { externalVip } from '../model/external-vip.js'
import { frontendsOf } from './haproxy-frontend.js'
import { services } from './index.js'

/** The floating addresses, and the ports on them behind which APIs answer. */
export function floating(cloud: Cloud): {
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
} {
  const internal = cloud.globals.kolla_internal_vip_address
  const external = externalVip(cloud.globals)
  const ports = frontendsOf(cloud, services).flatMap(({ mode, port }) =>
    mode === 'http' ? [port] : [],
  )
  return {
    addresses: external === undefined ? [internal] : [internal, external],
    ports: [...new Set(ports)],
  }
}
