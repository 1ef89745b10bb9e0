/** The Fernet keys that a member of Keystone has. */
export interface FernetKeys {
  readonly host: string
  /** File names in the volume: `['0', '1']`. The highest is the primary key, 0 the staged one. */
  readonly names: readonly string[]
  /** Keyed digest over names and contents: never the keys themselves. */
  readonly digest: string
}

export interface FernetPlan {
  /** Whose keys are handed on; undefined when nobody needs any. */
  readonly source?: string
  /** The source has none yet: they are to be made. */
  readonly create: boolean
  /** Members to give the source's keys to. */
  readonly receivers: readonly string[]
}

/**
 * What makes all members' keys the same. Keys are made once, ever: whoever has some is the source, and of several the
 * one that was rotated last, because its keys include the ones that the others sign with.
 */
export function planFernetKeys(members: readonly FernetKeys[]): FernetPlan {
  const [first] = members
  if (!first) return { create: false, receivers: [] }
  const holders = members.filter((member) => member.names.includes('0'))
  const newest = holders.reduce<FernetKeys | undefined>(
    (best, member) => (best && primary(best) >= primary(member) ? best : member),
    undefined,
  )
  const source = newest ?? first
  const receivers = members
    .filter((member) => member !== source && (!newest || member.digest !== newest.digest))
    .map((member) => member.host)
  if (newest && receivers.length === 0) return { create: false, receivers }
  return { source: source.host, create: newest === undefined, receivers }
}

function primary(member: FernetKeys): number {
  return Math.max(...member.names.filter((name) => /^\d+$/.test(name)).map(Number))
}
