import type { Cloud } from '../model/cloud.js'

/** Without version: `http://192.168.8.75:5000`. */
export function keystoneUrl(
  { globals }: Pick<Cloud, 'globals'>,
  as: 'internal' | 'public',
): string {
  return as === 'internal'
    ? `http://${globals.kolla_internal_fqdn}:${globals.keystone_internal_port}`
    : `http://${globals.kolla_external_fqdn}:${globals.keystone_public_port}`
}
