import type { ObservedDatabase, ObservedHost } from '../model/observed-host.js'
import { alsoRestart } from './also-restart.js'
import type { Change } from './change.js'

/** A member of the Galera cluster as its host shows it. */
export interface GaleraMember extends ObservedDatabase {
  readonly host: string
  readonly running: boolean
  readonly synced: boolean
  /** Whether it answers clients, as one also does that copies its data to another member. */
  readonly serving?: boolean
  /** Last committed transaction (`seqno`); -1 where it isn't known, as after a crash that could not be read. */
  readonly seqno: number
}

/** Whether a member answers clients. One from which another copies does, too, though it is not Synced for as long as that takes. */
export function serves({
  synced = false,
  serving = false,
}: Partial<Pick<GaleraMember, 'synced' | 'serving'>>): boolean {
  return synced || serving
}

/** What InnoDB tells of a member's last transaction. */
export interface GaleraPosition {
  /** UUID of the history that it belongs to; empty where none is told. */
  readonly cluster: string
  readonly seqno: number
}

/** What brings the cluster to a first Synced member, from which the others can copy. */
export interface FirstMember {
  readonly action: 'none' | 'await' | 'recover' | 'bootstrap'
  readonly host: string
}

/**
 * Of members of one history (see `checkHistories`). A cluster is bootstrapped only when no member holds data: it happens
 * once, ever. Members that run but are not Synced are given their time if one of them serves, or has its last view, since
 * Galera finds that again by itself. Else the one with the newest transaction goes first; any other choice would lose data.
 */
export function chooseFirstMember(members: readonly GaleraMember[]): FirstMember {
  const synced = members.find((member) => member.synced)
  if (synced) return { action: 'none', host: synced.host }
  const donor = members.find(serves)
  if (donor) return { action: 'await', host: donor.host }
  const holders = members.filter((member) => member.data === 'complete')
  const running = holders.find((member) => member.running)
  if (running && holders.some((member) => member.view))
    return { action: 'await', host: running.host }
  const newest = holders.reduce<GaleraMember | undefined>(
    (best, member) => (best && best.seqno >= member.seqno ? best : member),
    undefined,
  )
  if (newest) return { action: 'recover', host: newest.host }
  const [first] = members
  return first ? { action: 'bootstrap', host: first.host } : { action: 'none', host: '' }
}

/**
 * The changes with a new start of every member, where they wait for each other in vain: all were ended in order, as by a
 * shutdown of all hosts, so that none knows a view that it could find again.
 *
 * @param members hosts of the group mariadb, as observed
 */
export function withGalera(changes: readonly Change[], members: readonly ObservedHost[]): Change[] {
  const inVain = members.length > 1 && members.every(({ galera }) => galera?.view === false)
  if (!inVain) return [...changes]
  const why = members.map(
    ({ facts }) => [facts.name, ['no member serves: all were ended']] as const,
  )
  return alsoRestart(
    changes,
    { service: 'mariadb', container: 'mariadb', interrupts: true },
    new Map(why),
  )
}
