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

const images = z.array(
  z.object({
    Id: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    RepoDigests: z.array(z.string()).nullish(),
  }),
)

/** From Docker's list of images, if it was asked for. What is none of ours in form is none of ours. */
export function parseImages(lines: readonly string[]): Images {
  const byReference: Record<string, string[]> = {}
  const byId = new Map<string, string[]>()
  for (const { Id, RepoTags, RepoDigests } of answer('list of images', images, lines) ?? []) {
    const known = (RepoDigests ?? []).map((text) => text.split('@') as [string, string?])
    const valid = known.filter(([, it]) => digest.safeParse(it).success) as [string, string][]
    byId.set(Id, [...new Set(valid.map(([, it]) => it))])
    for (const reference of RepoTags ?? []) {
      if (!imageReference.safeParse(reference).success || reference.endsWith(':<none>')) continue
      const repository = reference.replace(/:[^:/]+$/, '')
      byReference[reference] = valid.flatMap(([name, it]) => (name === repository ? [it] : []))
    }
  }
  return { byReference, byId }
}

/** Images bring dozens of labels; only these mean something to us. */
const isOurs = ([label]: [string, string]) => label.startsWith('kolla_temporal.')

/** Docker's own form; `/app/db` beside it is what a `--link` of another container calls this one. */
const containerName = /^\/?([\w.-]{1,255})$/

const text = z.string().transform(printable)
const containers = z.array(
  z.object({
    Id: z.string().regex(/^[\w-]{1,64}$/),
    Names: z.array(z.string()).nullish(),
    State: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
    Image: text,
    ImageID: text,
    Labels: z.record(z.string(), text).nullish(),
  }),
)

/** From Docker's list of all containers. */
export function parseContainers(lines: readonly string[], images: Images): ObservedContainer[] {
  const listed = answer('list of containers', containers, lines) ?? []
  return listed.flatMap(({ Id: id, Names, State: state, Image: image, ImageID, Labels }) => {
    const [name] = (Names ?? []).flatMap((it) => containerName.exec(it)?.[1] ?? [])
    if (name === undefined) return []
    const imageDigests = images.byId.get(ImageID) ?? []
    const labels = Object.fromEntries(Object.entries(Labels ?? {}).filter(isOurs))
    return [{ name, id, state, image, imageDigests, labels }]
  })
}

const volumes = z.object({
  Volumes: z
    .array(
      z.object({ Name: z.string(), Driver: text, Options: z.record(z.string(), text).nullish() }),
    )
    .nullish(),
})

export interface Volumes {
  readonly names: readonly string[]
  /**
   * Those that have a driver of their own, or options, and how they are mounted: on the host their files are seen only
   * while a container uses them.
   */
  readonly mounted: Readonly<Record<string, string>>
}

export function parseVolumes(lines: readonly string[]): Volumes {
  const found = answer('list of volumes', volumes, lines)?.Volumes ?? []
  const ours = found.filter(({ Name }) => volumeName.safeParse(Name).success)
  const mounted = ours.flatMap(({ Name, Driver, Options }) => {
    const options = Object.keys(Options ?? {}).length > 0 ? ` ${JSON.stringify(Options)}` : ''
    return Driver === 'local' && options === '' ? [] : [[Name, `${Driver}${options}`] as const]
  })
  return { names: ours.map(({ Name }) => Name), mounted: Object.fromEntries(mounted) }
}

/** The one line of an answer; undefined where there was none. */
function answer<T>(what: string, shape: z.ZodType<T>, [line]: readonly string[]): T | undefined {
  return line === undefined ? undefined : fact(what, shape, parseJson(line, what))
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
