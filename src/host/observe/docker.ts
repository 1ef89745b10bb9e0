import { z } from 'zod'
import { parseJson } from '../../model/json.js'
import type { ObservedContainer, ObservedHost } from '../../model/observed-host.js'
import { count, digest, fact, imageReference, printable, volumeName } from './fact.js'

export interface Images {
  /** Reference → repository digests. */
  readonly byReference: Readonly<Record<string, readonly string[]>>
  /** Image id → repository digests, also of an image that has lost its tag. */
  readonly byId: ReadonlyMap<string, readonly string[]>
}

/** From lines of `repository:tag digest id`. What is none of these is no image of ours. */
export function parseImages(lines: readonly string[]): Images {
  const byReference: Record<string, string[]> = {}
  const byId = new Map<string, string[]>()
  for (const line of lines) {
    const [reference = '', repositoryDigest = '', id = ''] = line.split(' ')
    if (!imageReference.safeParse(reference).success) continue
    const digests = digest.safeParse(repositoryDigest).success ? [repositoryDigest] : []
    byId.set(id, [...new Set([...(byId.get(id) ?? []), ...digests])])
    if (reference.endsWith(':<none>')) continue
    byReference[reference] = [...(byReference[reference] ?? []), ...digests]
  }
  return { byReference, byId }
}

/** Images bring dozens of labels; only these mean something to us. */
const isOurs = ([label]: [string, string]) => label.startsWith('kolla_temporal.')

const text = z.string().transform(printable)
/** Name, id, state, start, image, its id, labels. */
const inspected = z.tuple([
  z.string().regex(/^\/?[\w.-]{1,255}$/),
  z.string().regex(/^[\w-]{1,64}$/),
  z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
  text,
  text,
  text,
  z.record(z.string(), text).nullable(),
])

/** From lines of JSON arrays, one a container. */
export function parseContainers(lines: readonly string[], images: Images): ObservedContainer[] {
  return lines.map((line) => {
    const [name, id, state, startedAt, image, imageId, labels] = fact(
      'list of containers',
      inspected,
      parseJson(line, 'a container'),
    )
    return {
      name: name.replace(/^\//, ''),
      id,
      state,
      startedAt,
      image,
      imageDigests: images.byId.get(imageId) ?? [],
      labels: Object.fromEntries(Object.entries(labels ?? {}).filter(isOurs)),
    }
  })
}

export function parseVolumes(lines: readonly string[]): string[] {
  return lines.filter((line) => volumeName.safeParse(line).success)
}

const engine = z.object({
  version: z.string().regex(/^[\w.+~:-]{1,64}$/),
  root: z.string().regex(/^\/[^\p{Cc}]*$/u),
  freeBytes: count,
})

/** From three lines; undefined where no engine answered. */
export function parseEngine(lines: readonly string[]): ObservedHost['docker'] {
  const [version, root, freeBytes] = lines
  if (version === undefined || root === undefined) return undefined
  return fact("Docker's answer", engine, { version, root, freeBytes })
}

/**
 * From lines of `volume driver options`, the options in JSON: the volumes that have a driver of their own, or options.
 * On the host their files are seen only while a container uses them.
 */
export function parseMounted(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [name = '', driver = '', ...options] = line.split(' ')
      const how = `${driver} ${options.join(' ')}`
      return how === 'local null' || how === 'local {}' ? [] : [[name, how] as const]
    }),
  )
}
