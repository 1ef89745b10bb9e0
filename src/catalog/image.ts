import type { Globals } from '../model/globals.js'
import type { NameBefore } from './kolla-config.js'

/** An image of a service, and the container that it is for; those that are needed before there is one have no name. */
interface Imaged {
  readonly name?: string
  readonly image: string
  readonly service: string
}

/** Names before `_tag`, as in kolla-ansible's `mariadb_tag` and `nova_compute_tag`. */
type Tagged = Exclude<NameBefore<'_tag'>, 'openstack'>

/** Where kolla-ansible's setting is not named as the container. */
const taggedAs: Readonly<Record<string, Tagged>> = {
  keystone: 'keystone_service',
  nova_metadata: 'nova_api',
}

/** The image's own tag, or its service's: `2026.1-debian-trixie`. */
function imageTag(globals: Globals, { service, name = service }: Imaged): string {
  const ofService = /^(?:ceph|nova)(?=-)/.exec(service)?.[0] ?? service
  const tagOf = (it: string): string | undefined => globals[`${it as Tagged}_tag`]
  return tagOf(taggedAs[name] ?? name) ?? tagOf(ofService) ?? globals.openstack_tag
}

/** Full reference: `192.168.8.73:5000/kolla/mariadb-server:2026.1-debian-trixie`. */
export function imageRef(globals: Globals, container: Imaged): string {
  return `${globals.docker_image_url}${container.image}:${imageTag(globals, container)}`
}

/** The same image whatever its tag points to: `192.168.8.73:5000/kolla/cron@sha256:…`. */
export function byDigest(ref: string, digest: string): string {
  return `${ref.replace(/:[^:/]+$/, '')}@${digest}`
}
