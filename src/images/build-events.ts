import { z } from 'zod'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const seconds = z.number().nonnegative()

const imageEvent = z.strictObject({
  image: z.string(),
  /**
   * skipped: the registry has it, under `digest` and `tag` · pulled: a parent, from the registry · started, built,
   * failed: as kolla-build says · pushed: the registry serves it, under `digest` and `tag`.
   */
  state: z.enum(['skipped', 'pulled', 'started', 'built', 'failed', 'pushed']),
  seconds: seconds.optional(),
  digest: digest.optional(),
  tag: z.string().optional(),
})

const stepEvent = z.strictObject({
  /** `packages`, `debian-trixie`, `kolla-22.2.0`, `sources`, `another build on this machine`. */
  step: z.string(),
  state: z.enum(['started', 'done', 'failed']),
  seconds: seconds.optional(),
})

const buildEvent = z.union([imageEvent, stepEvent])

/** One line of `images/build.sh`'s standard output. */
export type BuildEvent = z.infer<typeof buildEvent>

/** Undefined for a line that isn't an event. */
export function parseBuildLine(line: string): BuildEvent | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return buildEvent.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** What a build has come to so far. */
export interface BuildProgress {
  /** Digests under which the registry serves images, by `<image>:<tag>`: those that were pushed, and those that were there. */
  readonly pushed: ReadonlyMap<string, string>
  readonly present: ReadonlyMap<string, string>
  /** Images and steps under way, in the order of their start. */
  readonly running: readonly string[]
  readonly built: number
  readonly skipped: number
}

export const noProgress: BuildProgress = {
  pushed: new Map(),
  present: new Map(),
  running: [],
  built: 0,
  skipped: 0,
}

export function addEvent(progress: BuildProgress, event: BuildEvent): BuildProgress {
  const name = 'image' in event ? event.image : event.step
  const others = progress.running.filter((other) => other !== name)
  const running = event.state === 'started' ? [...others, name] : others
  if (event.state === 'built') return { ...progress, running, built: progress.built + 1 }
  if (event.state === 'skipped') {
    const present = withDigest(progress.present, event)
    return { ...progress, running, present, skipped: progress.skipped + 1 }
  }
  if (event.state === 'pushed') {
    return { ...progress, running, pushed: withDigest(progress.pushed, event) }
  }
  return { ...progress, running }
}

function withDigest(known: ReadonlyMap<string, string>, event: BuildEvent) {
  if (!('image' in event) || event.digest === undefined) return known
  return new Map(known).set(`${event.image}:${event.tag ?? ''}`, event.digest)
}

/** `7 built, 3 were there, at keystone-base, rabbitmq`. */
export function describeProgress({ built, skipped, running }: BuildProgress): string {
  const now = running.length > 0 ? `, at ${running.join(', ')}` : ''
  return `${built} built, ${skipped} were there${now}`
}
