import type { Finding } from '../model/finding.js'
import { gib } from './gib.js'

/** What an operation is going to put on a host's disk. */
export interface Need {
  /** `the images`, `the backup of the database and its proof` */
  readonly what: string
  readonly bytes: number
}

/** A finding where all of it together has no room. `root` is Docker's folder, where images and volumes lie. */
export function checkRoom(
  host: string,
  needs: readonly Need[],
  disk: { readonly root: string; readonly freeBytes: number },
): Finding[] {
  const some = needs.filter(({ bytes }) => bytes > 0)
  const bytes = some.reduce((sum, need) => sum + need.bytes, 0)
  if (bytes <= disk.freeBytes) return []
  const [one] = some
  const parts = some.map((need) => `${need.what} (${gib(need.bytes)})`).join(' and ')
  const what = some.length === 1 ? (one?.what ?? '') : parts
  const message = `${what} need ${gib(bytes)} and ${disk.root} has ${gib(disk.freeBytes)} free: make room there, with \`kolla-temporal prune\` for one, or set docker_runtime_directory to a larger disk`
  return [{ severity: 'error', host, message }]
}
