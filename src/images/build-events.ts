import { z } from 'zod'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const seconds = z.number().nonnegative()

const imageEvent = z.strictObject({
  image: z.string(),
  /**
   * skipped: the registry has it · pulled: a parent, from the registry · started, built, failed: as kolla-build says ·
   * pushed: the registry serves it under `digest`.
   */
  state: z.enum(['skipped', 'pulled', 'started', 'built', 'failed', 'pushed']),
  seconds: seconds.optional(),
  digest: digest.optional(),
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
  /** Images that the registry has, with the digest where this build pushed them. */
  readonly served: ReadonlyMap<string, string | undefined>
  /** Images and steps under way, in the order of their start. */
  readonly running: readonly string[]
  readonly built: number
  readonly skipped: number
}

export const noProgress: BuildProgress = { served: new Map(), running: [], built: 0, skipped: 0 }

export function addEvent(progress: BuildProgress, event: BuildEvent): BuildProgress {
  const name = 'image' in event ? event.image : event.step
  const others = progress.running.filter((other) => other !== name)
  const running = event.state === 'started' ? [...others, name] : others
  if (event.state === 'built') return { ...progress, running, built: progress.built + 1 }
  if (event.state !== 'skipped' && event.state !== 'pushed') return { ...progress, running }
  const served = new Map(progress.served).set(name, 'digest' in event ? event.digest : undefined)
  const skipped = progress.skipped + (event.state === 'skipped' ? 1 : 0)
  return { ...progress, running, served, skipped }
}

/** `7 built, 3 were there, at keystone-base, rabbitmq`. */
export function describeProgress({ built, skipped, running }: BuildProgress): string {
  const now = running.length > 0 ? `, at ${running.join(', ')}` : ''
  return `${built} built, ${skipped} were there${now}`
}
