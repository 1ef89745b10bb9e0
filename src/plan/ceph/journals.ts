import type { ObservedDisk, ObservedPartition } from '../../model/observed-host.js'
import { held, isEmpty, isLabelled, leastJournal } from './disk-state.js'
import { journalLabel } from './labels.js'
import { table } from './table.js'
import type { Table, Used } from './table.js'

/** The disk of a journal, and its partition as soon as there is one. */
export interface Place {
  readonly name: string
  readonly partition?: ObservedPartition
}

/** The journal that a half-made OSD may have begun. */
export function oldJournal(
  osd: ObservedPartition | undefined,
  journals: readonly Used[],
): Place | undefined {
  const partition = journals
    .flatMap(({ disk }) => disk.partitions)
    .find((it) => osd && it.bluestore?.osdUuid === osd.uuid.toLowerCase())
  return partition && { name: partition.device, partition }
}

/** Where journals can be, and the tables that make room for them, shared fairly among the disks. */
export function journalRoom(
  disks: readonly Used[],
  wanted: number,
  errors: string[],
): { places: readonly Place[]; tables: readonly Table[] } {
  const divisible = disks.filter(({ disk, blank }) => blank || isFree(disk))
  const fixed = disks.filter((used) => !divisible.includes(used))
  const free = fixed.map((used) => freeOn(used, errors))
  let left = Math.max(0, wanted - free.flat().length)
  const tables: Table[] = []
  for (const [index, used] of divisible.entries()) {
    const fair = Math.ceil(left / (divisible.length - index))
    const parts = Math.min(fair, Math.floor(used.disk.bytes / leastJournal))
    left -= parts
    const as = isLabelled(used.disk, journalLabel) && used.disk.partitions.length === parts
    if (as || parts === 0) free.push(freeOn(used, errors))
    else {
      tables.push(table(used, journalLabel, parts))
      free.push(Array.from({ length: parts }, () => ({ name: used.name })))
    }
  }
  const rounds = Math.max(0, ...free.map((places) => places.length))
  // One of each disk, then the next of each.
  const places = Array.from({ length: rounds }, (_, round) => free.map((it) => it[round])).flat()
  return { places: places.filter((place) => place !== undefined), tables }
}

const isFree = (disk: ObservedDisk) =>
  isLabelled(disk, journalLabel) && disk.partitions.every(isEmpty)

function freeOn({ disk }: Used, errors: string[]): Place[] {
  return disk.partitions
    .filter((it) => it.label === journalLabel)
    .flatMap((partition) => {
      if (partition.bluestore?.role === 'bluefs db') return []
      if (isEmpty(partition)) {
        return [{ name: partition.device, partition }]
      }
      errors.push(held(partition, journalLabel))
      return []
    })
}
