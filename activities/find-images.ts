import { imageRef } from '../src/catalog/image.js'
import type { Finding } from '../src/model/finding.js'
import { RegistryError, imageDigests } from '../src/registry/registry.js'
import type { CloudContext } from './cloud-context.js'

/** The digests that the registry serves for every image that the cloud needs; one finding names all that it lacks. */
export async function findImages(
  cloud: CloudContext,
): Promise<{ digests: Record<string, string>; findings: Finding[] }> {
  const { globals } = cloud.cloud
  const refs = cloud.cloud.hosts.flatMap((host) =>
    cloud.containers(host.name).map((container) => imageRef(host.globals, container)),
  )
  const insecure = globals.docker_registry_insecure
  const found = await imageDigests([...new Set(refs)], { insecure }).catch((error: unknown) => {
    if (error instanceof RegistryError) return error
    throw error
  })
  if (found instanceof RegistryError) {
    return { digests: {}, findings: [{ severity: 'error', message: found.message }] }
  }
  const missing = [...found].flatMap(([ref, digest]) => (digest === undefined ? [ref] : []))
  const digests = Object.fromEntries(
    [...found].flatMap(([ref, digest]) => (digest === undefined ? [] : [[ref, digest]])),
  )
  if (missing.length === 0) return { digests, findings: [] }
  const message = `the registry lacks images of release ${globals.openstack_release}: ${missing.join(', ')}: run \`kolla-temporal build\``
  return { digests, findings: [{ severity: 'error', message }] }
}
