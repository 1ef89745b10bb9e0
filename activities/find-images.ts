import { imageRef } from '../src/catalog/image.js'
import { servicesOn } from '../src/catalog/render.js'
import type { ObservedHost } from '../src/model/observed-host.js'
import type { Finding } from '../src/model/finding.js'
import { checkRoom } from '../src/plan/room.js'
import { foundation, servicesOfParts } from '../src/plan/runbook.js'
import { RegistryError, imageDigests, imageLayers } from '../src/registry/registry.js'
import type { RegistryOptions } from '../src/registry/registry.js'
import type { CloudContext } from './cloud-context.js'

/** The images that one host lacks. */
export interface Pull {
  readonly host: string
  readonly images: readonly string[]
  /** What they will take on the host's disk, where that was asked for. */
  readonly bytes?: number
}

/** The digests that the registry serves for every image that the cloud needs; one finding names all that it lacks. */
export async function findImages(
  cloud: CloudContext,
): Promise<{ digests: Record<string, string>; findings: Finding[] }> {
  const { openstack_release: release } = cloud.cloud.globals
  const refs = new Set(cloud.cloud.hosts.flatMap((host) => imagesOf(cloud, host.name)))
  const answers = await askRegistry(() => imageDigests([...refs], registryOptions(cloud)))
  if (!(answers instanceof Map)) return { digests: {}, findings: [answers] }
  const found = [...answers]
  const digests = found.flatMap(([ref, digest]) => (digest === undefined ? [] : [[ref, digest]]))
  const missing = found.flatMap(([ref, digest]) => (digest === undefined ? [ref] : []))
  const message = `the registry lacks images of release ${release}: ${missing.join(', ')}: \`kolla-temporal build\` makes them where openstack_release is ${release}`
  return {
    digests: Object.fromEntries(digests) as Record<string, string>,
    findings: missing.length === 0 ? [] : [{ severity: 'error', message }],
  }
}

/** A registry that can't be asked is a finding. */
export async function askRegistry<T>(ask: () => Promise<T>): Promise<T | Finding> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    return { severity: 'error', message: error.message }
  }
}

/** What every host has to pull, for `only` these services, against the digests that were found. */
export function missingImages(
  cloud: CloudContext,
  observed: readonly ObservedHost[],
  only?: readonly string[],
): Pull[] {
  return observed
    .map(({ facts: { name: host }, images }) => {
      const missing = imagesOf(cloud, host, only).filter(
        (ref) => !images[ref]?.includes(cloud.found.images[ref] ?? ''),
      )
      return { host, images: missing }
    })
    .filter(({ images }) => images.length > 0)
}

/** Images of the runbook's foundation, where no host has a container of the cloud, running or not. */
export function foundationOf(
  cloud: CloudContext,
  observed: readonly ObservedHost[],
): { readonly foundation?: readonly string[] } {
  if (observed.some(({ containers }) => containers.length > 0)) return {}
  const services = servicesOfParts(foundation)
  const images = cloud.cloud.hosts.flatMap(({ name }) => imagesOf(cloud, name, services))
  return { foundation: [...new Set(images)] }
}

/** Layers are gzipped in the registry and take about three times as much on a host's disk. */
const UNPACKED = 3

/** Host → bytes that its pulls will take on its disk. */
export async function pullBytes(
  cloud: CloudContext,
  pulls: readonly Pull[],
): Promise<Map<string, number>> {
  const refs = pulls.flatMap(({ images }) => images)
  const layers = await imageLayers(refs, registryOptions(cloud))
  return new Map(
    pulls.map(({ host, images }) => {
      const shared = new Map(
        images.flatMap((ref) => layers.get(ref) ?? []).map(({ digest, bytes }) => [digest, bytes]),
      )
      const bytes = [...shared.values()].reduce((sum, size) => sum + size, 0)
      return [host, bytes * UNPACKED]
    }),
  )
}

/**
 * What hosts lack of a record's images, and what is wrong with that: images that are neither on their host nor in the
 * registry any more, or that have no room.
 */
export async function recordedImages(
  cloud: CloudContext,
  { id }: { readonly id: string },
  observed: readonly ObservedHost[],
  wanted: ReadonlyMap<string, readonly { readonly ref: string; readonly digest: string }[]>,
): Promise<{ readonly pulls: readonly Pull[]; readonly findings: readonly Finding[] }> {
  const pulls = observed.flatMap(({ facts: { name: host }, images }): Pull[] => {
    const present = new Set(Object.values(images).flat())
    const missing = (wanted.get(host) ?? []).filter(({ digest }) => !present.has(digest))
    const refs = [...new Set(missing.map(({ ref }) => ref))]
    return refs.length > 0 ? [{ host, images: refs }] : []
  })
  const refs = [...new Set(pulls.flatMap(({ images }) => images))]
  const there = await askRegistry(() => imageDigests(refs, registryOptions(cloud)))
  if (!(there instanceof Map)) return { pulls, findings: [there] }
  const gone = pulls.flatMap(({ host, images }): Finding[] => {
    const names = images.filter((ref) => there.get(ref) === undefined)
    if (names.length === 0) return []
    const message = `images of ${id} are gone from this host and from the registry, and without them there is no way back to it: ${names.join(', ')}`
    return [{ severity: 'error', host, message }]
  })
  if (gone.length > 0) return { pulls, findings: gone }
  const bytes = await askRegistry(() => pullBytes(cloud, pulls))
  if (!(bytes instanceof Map)) return { pulls, findings: [bytes] }
  const findings = observed.flatMap(({ facts: { name }, docker }) => {
    const needs = [{ what: "the record's images", bytes: bytes.get(name) ?? 0 }]
    return docker ? checkRoom(name, needs, docker) : []
  })
  return { pulls, findings }
}

/** For whom wants a login: the account of docker_registry_username. */
export function registryOptions({ cloud }: CloudContext): RegistryOptions {
  const { docker_registry_insecure: insecure, docker_registry_username: username } = cloud.globals
  const password = cloud.passwords['docker_registry_password']
  const login = username && typeof password === 'string' ? { username, password } : undefined
  return { insecure, ...(login && { login }) }
}

function imagesOf(cloud: CloudContext, host: string, only?: readonly string[]): string[] {
  const { globals } = cloud.host(host)
  const early = servicesOn(cloud.cloud, host).flatMap(({ name: service, images = [] }) =>
    images.map((image) => ({ image, service })),
  )
  const wanted = [...cloud.containers(host), ...early]
  const own = wanted.filter(({ service }) => only?.includes(service) ?? true)
  return [...new Set(own.map((container) => imageRef(globals, container)))]
}
