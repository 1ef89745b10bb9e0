import type { Finding } from '../model/finding.js'

type Digests = Readonly<Record<string, string>>

/** Images that the registry serves under another digest than the one that `build` has kept. */
export function exchangedImages(served: Digests, kept: Digests): string[] {
  return Object.entries(served).flatMap(([ref, digest]) =>
    Object.hasOwn(kept, ref) && kept[ref] !== digest ? [ref] : [],
  )
}

/** That somebody else has pushed images under the tags of those that were built. */
export function checkBuilt(served: Digests, kept: Digests): Finding[] {
  return exchangedImages(served, kept).map((ref) => ({
    severity: 'error',
    message: `the registry serves ${ref} as ${served[ref] ?? ''}, and \`build\` has pushed ${kept[ref] ?? ''}: somebody else has pushed another image there. If it is the right one, \`kolla-temporal build --adopt ${nameOf(ref)}\`; else delete its manifest from the registry and build it again`,
  }))
}

/** `192.168.8.73:5000/kolla/cron:2026.1-debian-trixie` is the image `cron`. */
function nameOf(ref: string): string {
  return ref.replace(/^.*\//, '').replace(/:.*$/, '')
}
