import type { ObservedContainer } from '../../model/observed-host.js'

export interface Images {
  /** Reference → repository digests. */
  readonly byReference: Readonly<Record<string, readonly string[]>>
  /** Image id → repository digests, also of an image that has lost its tag. */
  readonly byId: ReadonlyMap<string, readonly string[]>
}

/** From lines of `repository:tag digest id`. */
export function parseImages(lines: readonly string[]): Images {
  const byReference: Record<string, string[]> = {}
  const byId = new Map<string, string[]>()
  for (const line of lines) {
    const [reference = '', digest = '', id = ''] = line.split(' ')
    const digests = digest.startsWith('sha256:') ? [digest] : []
    byId.set(id, [...new Set([...(byId.get(id) ?? []), ...digests])])
    if (reference.endsWith(':<none>')) continue
    byReference[reference] = [...(byReference[reference] ?? []), ...digests]
  }
  return { byReference, byId }
}

type Inspected = readonly [
  name: string,
  id: string,
  state: ObservedContainer['state'],
  startedAt: string,
  image: string,
  imageId: string,
  labels: Record<string, string> | null,
]

/** Images bring dozens of labels; only these mean something to us. */
const isOurs = ([label]: [string, string]) => label.startsWith('kolla_temporal.')

/** From lines of JSON arrays, one a container. */
export function parseContainers(lines: readonly string[], images: Images): ObservedContainer[] {
  return lines.map((line) => {
    const [name, id, state, startedAt, image, imageId, labels] = JSON.parse(line) as Inspected
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
