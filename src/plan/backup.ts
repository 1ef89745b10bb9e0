import { stamp } from '../model/stamp.js'

/** A backup of the database as its own note in the volume tells it. */
export interface Backup {
  /** `20261123T094000Z-full`: when it was begun, and its kind. One clock names all of them, so that they sort by it. */
  readonly id: string
  /** Inventory name of the host whose volume holds it. */
  readonly host: string
  readonly kind: 'full' | 'incremental'
  /** The backup whose changes an incremental one continues. */
  readonly base?: string
  /** The moment to which a restore goes back, ISO 8601, by its host's clock. */
  readonly at: string
  /** MariaDB that took it; only the same can prepare it. */
  readonly version: string
  /** Reference of the image that it was taken with. */
  readonly image: string
  /** Changes when the member's data are replaced as a whole: what is incremental can't go on from there. */
  readonly lineage: string
  /** As it lies there, compressed. */
  readonly bytes: number
  /** Of the data that it was taken of; notes of an older version do not tell it. */
  readonly rawBytes?: number
}

/** `20261123T094000Z-full`, by the clock of whoever asks for all backups of a cloud: Temporal's. */
export function backupId(kind: Backup['kind'], at: Date): string {
  return `${stamp(at)}-${kind}`
}

/** A full backup and the incremental ones up to the named one, in the order in which they are applied. */
export function chainOf(backups: readonly Backup[], id: string): Backup[] {
  const last = backups.find((backup) => backup.id === id)
  if (!last) throw new RangeError(unknown(backups, id))
  if (last.base === undefined) return [last]
  const own = backups.filter(({ host }) => host === last.host)
  if (!own.some((backup) => backup.id === last.base)) {
    throw new RangeError(`${id} continues ${last.base}, which ${last.host} no longer has`)
  }
  return [...chainOf(own, last.base), last]
}

/** How large the data of a chain are once they are unpacked; at least, where a note does not tell it. */
export function unpackedBytes(chain: readonly Backup[]): number {
  const compressed = chain.reduce((sum, { bytes }) => sum + bytes, 0)
  return Math.max(compressed, ...chain.map(({ rawBytes = 0 }) => rawBytes))
}

/** The backup that an incremental one can continue: the last of the member. Undefined where a full one must come first. */
export function baseFor(
  backups: readonly Backup[],
  member: { readonly host: string; readonly version: string; readonly lineage: string },
): Backup | undefined {
  return newest(
    backups.filter(
      ({ host, version, lineage }) =>
        host === member.host && version === member.version && lineage === member.lineage,
    ),
  )
}

/** By the clock that names them: that of a host may be wrong, and differs from the others'. */
export function newest(backups: readonly Backup[]): Backup | undefined {
  return [...backups].sort((a, b) => (a.id < b.id ? 1 : -1))[0]
}

function unknown(backups: readonly Backup[], id: string): string {
  const known = backups.map((backup) => backup.id).join(', ')
  return `there is no backup ${id}: ${known === '' ? 'none has been taken' : `there are ${known}`}`
}
