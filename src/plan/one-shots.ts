import type { ObservedHost } from '../model/observed-host.js'
import type { Change } from './change.js'
import { label } from './desired.js'

/** One-shots that a service must have had, by keyed digests of what they take. */
export interface WantedOneShots {
  readonly service: string
  /** Where they run, and where the note of them lies. */
  readonly host: string
  /** Kind → digest. */
  readonly digests: Readonly<Record<string, string>>
  /** What of the host may not work when one is run again. */
  readonly interruption?: string
  /**
   * How older versions of ours told that all of them were run: by labels of the service's container, of the image and of
   * all that they took.
   */
  readonly labels?: Readonly<Record<string, string>>
}

/** One-shots that are due: those which the host's note does not tell, or tells otherwise. */
export function oneShotChanges(
  wanted: readonly WantedOneShots[],
  observed: readonly ObservedHost[],
): Change[] {
  return wanted.flatMap(({ service, host, digests, interruption, labels }) => {
    if (labels && observed.some((one) => one.containers.some(isLabelled(labels)))) return []
    const notes = observed.find(({ facts }) => facts.name === host)?.oneShots ?? {}
    return Object.entries(digests).flatMap(([kind, digest]): Change[] => {
      const noted = notes[`${service}/${kind}`]
      if (noted === digest) return []
      const due = { host, service, container: kind, interrupts: false }
      const change = { ...due, action: 'bootstrap' } as const
      if (noted === undefined) return [{ ...change, reasons: ['not done yet'] }]
      return [
        { ...change, reasons: ['changed'], ...(interruption !== undefined && { interruption }) },
      ]
    })
  })
}

const isLabelled =
  (labels: Readonly<Record<string, string>>) =>
  (container: { readonly labels: Readonly<Record<string, string>> }) =>
    Object.entries(labels).every(([name, value]) => container.labels[name] === value)

/** The labels by which a container told it, before notes did. */
export function formerLabels(imageDigest: string, bootstrap: string): Record<string, string> {
  return { [label.image]: imageDigest, [label.bootstrap]: bootstrap }
}
