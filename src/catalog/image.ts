import type { Globals } from '../model/globals.js'
import type { NameBefore } from './kolla-config.js'

/** Services whose images may carry a tag of their own, as kolla-ansible's `mariadb_tag`. */
type Tagged = Exclude<NameBefore<'_tag'>, 'openstack'>

/** The tag of a service's images: `2026.1-debian-trixie`. */
function imageTag(globals: Globals, service?: string): string {
  const name = /^(?:ceph|nova)(?=-)/.exec(service ?? '')?.[0] ?? service
  const own = name === undefined ? undefined : globals[`${name as Tagged}_tag`]
  return own ?? globals.openstack_tag
}

/** Full reference: `192.168.8.73:5000/kolla/mariadb-server:2026.1-debian-trixie`. */
export function imageRef(globals: Globals, container: { image: string; service: string }): string {
  return `${globals.docker_image_url}${container.image}:${imageTag(globals, container.service)}`
}

/** The same image whatever its tag points to: `192.168.8.73:5000/kolla/cron@sha256:…`. */
export function byDigest(ref: string, digest: string): string {
  return `${ref.replace(/:[^:/]+$/, '')}@${digest}`
}
