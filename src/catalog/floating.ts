import type { Cloud } from '../model/cloud.js'
import { services } from './index.js'

/** The floating addresses, and the ports on them behind which APIs answer. */
export function floating(cloud: Cloud): {
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
} {
  const { kolla_internal_vip_address, kolla_external_vip_address } = cloud.globals
  const ports = services
    .filter((service) => service.enabled(cloud.globals))
    .flatMap((service) => service.frontends(cloud))
    .flatMap(({ mode, port }) => (mode === 'http' ? [port] : []))
  return {
    addresses: [...new Set([kolla_internal_vip_address, kolla_external_vip_address])],
    ports: [...new Set(ports)],
  }
}
