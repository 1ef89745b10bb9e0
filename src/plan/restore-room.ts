import type { Finding } from '../model/finding.js'
import { gib } from './gib.js'
import { checkRoom } from './room.js'

/** A member whose data are going to be set aside, in bytes; see `MemberData`. */
export interface ReplacedMember {
  readonly host: string
  readonly dataBytes: number
  readonly freeBytes: number
  readonly asideBytes?: number
  readonly asideFreeBytes?: number
}

/**
 * Room for another database beside today's, which stays; and for today's itself, where it is set aside on another file
 * system.
 *
 * @param bytes how large the other one is, at least (see `unpackedBytes`)
 */
export function roomToReplace(
  members: readonly ReplacedMember[],
  { what, bytes = 0 }: { readonly what: string; readonly bytes?: number },
): Finding[] {
  const largest = Math.max(bytes, ...members.map(({ dataBytes }) => dataBytes))
  return members.flatMap((member) => {
    const { host, dataBytes, freeBytes, asideFreeBytes = Infinity } = member
    return [
      ...checkRoom(host, [{ what, bytes: largest }], { root: "Docker's disk", freeBytes }),
      ...checkRoom(host, [{ what: "today's data, set aside,", bytes: dataBytes }], {
        root: 'the disk of the volume mariadb_replaced',
        freeBytes: asideFreeBytes,
      }),
    ].map((finding) => withHint(finding, member))
  })
}

function withHint(finding: Finding, { asideBytes = 0 }: ReplacedMember): Finding {
  if (asideBytes < 2 ** 20) return finding
  const hint = `what was set aside earlier takes ${gib(asideBytes)} in the volume mariadb_replaced: remove its folders if nobody wants them`
  return { ...finding, message: `${finding.message}; ${hint}` }
}
