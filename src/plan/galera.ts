/** A member of the Galera cluster as its host shows it. */
export interface GaleraMember {
  readonly host: string
  /** none: no volume or an empty one · unfinished: our own installation was interrupted · complete: holds a database. */
  readonly data: 'none' | 'unfinished' | 'complete'
  readonly running: boolean
  readonly synced: boolean
  /** Last committed transaction (`seqno`); -1 where it isn't known, as after a crash that could not be read. */
  readonly seqno: number
}

/** What brings the cluster to a first Synced member, from which the others can copy. */
export interface FirstMember {
  readonly action: 'none' | 'await' | 'recover' | 'bootstrap'
  readonly host: string
}

/**
 * A cluster is bootstrapped only when no member holds data: it happens once, ever. Members that run but are not Synced
 * are given their time, since Galera finds its last view again by itself. When none runs, the one with the newest
 * transaction goes first; any other choice would lose data.
 */
export function chooseFirstMember(members: readonly GaleraMember[]): FirstMember {
  const synced = members.find((member) => member.synced)
  if (synced) return { action: 'none', host: synced.host }
  const holders = members.filter((member) => member.data === 'complete')
  const running = holders.find((member) => member.running)
  if (running) return { action: 'await', host: running.host }
  const newest = holders.reduce<GaleraMember | undefined>(
    (best, member) => (best && best.seqno >= member.seqno ? best : member),
    undefined,
  )
  if (newest) return { action: 'recover', host: newest.host }
  const [first] = members
  return first ? { action: 'bootstrap', host: first.host } : { action: 'none', host: '' }
}
