import type {
  ObservedCeph,
  ObservedDevice,
  ObservedDisk,
  ObservedPartition,
} from '../../model/observed-host.js'
import { describeDisk, describeDevice } from './describe-disk.js'
import { isOurTable, journalLabel, osdLabel } from './labels.js'
import { isFinished } from './osds.js'

/** What the operator says about one host's disks. Both empty: he has labelled them himself. */
export interface WantedDisks {
  readonly ceph_osd_disks: readonly string[]
  readonly ceph_journal_disks: readonly string[]
}

/** What is to be done with one host's disks. Nothing may be done where there are errors. */
export interface DiskPlan {
  /** One sentence each. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  /** Partition tables to write, each whole. */
  readonly tables: readonly Table[]
  /** OSDs to make, in the order in which they get journals. */
  readonly births: readonly Birth[]
}

export interface Table {
  /** As the operator named it, and the kernel. */
  readonly name: string
  readonly device: string
  readonly label: typeof osdLabel | typeof journalLabel
  /** Partitions of equal size. */
  readonly parts: number
  readonly bytes: number
  readonly why: string
}

/** Without partitions as long as the tables are not written. */
export interface Birth {
  readonly name: string
  readonly partition?: ObservedPartition
  /** Its making was begun and not finished: what is there is of no use to anybody. */
  readonly again: boolean
  /** Disk and partition of its journal; without one it keeps that itself. */
  readonly journal?: { readonly name: string; readonly partition?: ObservedPartition }
}

/** Least sizes: BlueStore wants some GiB for itself; a smaller journal would spill over at once. */
const leastOsd = 5 * 2 ** 30
const leastJournal = 2 ** 30

type Role = keyof WantedDisks
const labelOf = { ceph_osd_disks: osdLabel, ceph_journal_disks: journalLabel } as const

/** A disk that is to be used, with the name to call it by. */
interface Used {
  readonly name: string
  readonly disk: ObservedDisk
  /** Its table must be written before it has partitions. */
  readonly blank: boolean
}

/**
 * What makes a host's disks into OSDs and journals. A disk that holds anything but our own labels is refused. What was
 * begun and not finished is recognised: a table of ours without partitions, an OSD that never became ready.
 */
export function planDisks(seen: ObservedCeph, wanted: WantedDisks, fsid: string): DiskPlan {
  const errors: string[] = []
  const osds = [...named(seen, wanted, 'ceph_osd_disks', errors)]
  const journals = [...named(seen, wanted, 'ceph_journal_disks', errors)]
  const others = unnamed(seen, [...osds, ...journals])
  if (wanted.ceph_osd_disks.length + wanted.ceph_journal_disks.length > 0) {
    errors.push(...others.flatMap((used) => strays(used, fsid)))
  } else {
    osds.push(...others.filter((used) => has(used.disk, osdLabel)))
    journals.push(...others.filter((used) => has(used.disk, journalLabel)))
  }
  const unborn = osds
    .flatMap((used) => unbornOn(used, fsid, errors))
    .map((birth) => withOldJournal(birth, journals))
  const room = journalRoom(journals, unborn.filter(({ journal }) => !journal).length, errors)
  if (errors.length > 0) return { errors, warnings: [], tables: [], births: [] }

  const places = room.places.values()
  const births = unborn.map((birth): Birth => {
    const journal = birth.journal ?? places.next().value
    return { ...birth, ...(journal && { journal }) }
  })
  return {
    errors,
    warnings: journals.length > 0 ? layoutWarning(births) : [],
    tables: [
      ...osds.filter((used) => used.blank).map((used) => table(used, osdLabel, 1)),
      ...room.tables,
    ],
    births,
  }
}

function* named(
  seen: ObservedCeph,
  wanted: WantedDisks,
  role: Role,
  errors: string[],
): Generator<Used> {
  const known = new Map<string, string>()
  for (const name of wanted[role]) {
    const device = seen.named[name]
    const disk = seen.disks.find((it) => it.device === device)
    const refuse = (message: string) => errors.push(`${name}, of ${role}, ${message}`)
    if (device === undefined) refuse('does not exist: mend the name, or the cable')
    else if (!disk) refuse('is a partition: name the whole disk')
    else if (known.has(device))
      refuse(`is the same disk as ${known.get(device) ?? ''}: name it once`)
    else {
      known.set(device, name)
      const problem = problemOf(disk, role)
      if (problem !== undefined) refuse(problem)
      else yield { name, disk, blank: !isLabelled(disk, labelOf[role]) }
    }
  }
}

/** Why a disk that the operator named can't be had. */
function problemOf(disk: ObservedDisk, role: Role): string | undefined {
  const least = role === 'ceph_osd_disks' ? leastOsd : leastJournal
  const system = disk.partitions.find((it) => it.uses.includes('mounted on /'))
  if (system || disk.uses.includes('mounted on /')) return 'is the system disk: name another'
  if (disk.bytes < least)
    return `has ${gib(disk.bytes)}, which is too small: at least ${gib(least)} are needed`
  const label = labelOf[role]
  if (isLabelled(disk, label)) return undefined
  const other = label === osdLabel ? journalLabel : osdLabel
  if (has(disk, other))
    return `has the label ${other}: name it in the other list, or remove the label`
  if (isBlank(disk) || isHalfLabelled(disk)) return undefined
  return `is not blank (${describeDisk(disk)}) and is left alone: name another disk, or wipe this one by hand if nobody needs what is on it`
}

const has = (disk: ObservedDisk, label: string) => disk.partitions.some((it) => it.label === label)

const isLabelled = (disk: ObservedDisk, label: string) =>
  disk.partitions.length > 0 && disk.partitions.every((it) => it.label === label)

const isEmpty = ({ blank, content, uses }: ObservedDevice) =>
  blank === true && content === undefined && uses.length === 0

const isBlank = (disk: ObservedDisk) => isEmpty(disk) && !disk.table && disk.partitions.length === 0

/** Our own table, with nothing in it: its writing was interrupted. */
const isHalfLabelled = (disk: ObservedDisk) =>
  disk.table?.kind === 'gpt' &&
  isOurTable(disk.table.id) &&
  disk.uses.length === 0 &&
  disk.partitions.every((it) => it.label === '' && isEmpty(it))

function unnamed(seen: ObservedCeph, used: readonly Used[]): Used[] {
  const known = new Set([...used.map(({ disk }) => disk.device), ...Object.values(seen.named)])
  return seen.disks
    .filter((disk) => !known.has(disk.device))
    .map((disk) => ({ name: disk.device, disk, blank: false }))
}

/** Labels that the inventory does not speak of, where it speaks of disks; an OSD that lives there is no such label. */
function strays({ disk }: Used, fsid: string): string[] {
  return disk.partitions
    .filter(({ label }) => label === osdLabel || label === journalLabel)
    .filter(
      (it) => !(it.bluestore && (isFinished(it, it.bluestore, fsid) || it.label === journalLabel)),
    )
    .map(({ device, label }) => {
      const role = label === osdLabel ? 'ceph_osd_disks' : 'ceph_journal_disks'
      return `${device} has the label ${label}, and ${disk.device} is not among ${role}: name it there, or remove the label`
    })
}

/** The OSDs of a disk that are still to be made. */
function unbornOn({ name, disk, blank }: Used, fsid: string, errors: string[]): Birth[] {
  if (blank) return [{ name, again: false }]
  return disk.partitions
    .filter((it) => it.label === osdLabel)
    .flatMap((partition) => {
      const { bluestore } = partition
      if (bluestore && isFinished(partition, bluestore, fsid)) return []
      const again = bluestore?.osdUuid === partition.uuid.toLowerCase() && !bluestore.ready
      if (isEmpty(partition) || (again && partition.uses.length === 0)) {
        return [{ name: partition.device, partition, again }]
      }
      errors.push(held(partition, osdLabel))
      return []
    })
}

function held(partition: ObservedPartition, label: string): string {
  const { device, bluestore } = partition
  const whose = bluestore?.fsid === undefined ? '' : ` of the Ceph cluster ${bluestore.fsid}`
  return `${device} has the label ${label} and is not blank (${describeDevice(partition)}${whose}): it is left alone, wipe it by hand if nobody needs what is on it`
}

type Place = NonNullable<Birth['journal']>

/** A half-made OSD may have had its journal begun. */
function withOldJournal(birth: Birth, journals: readonly Used[]): Birth {
  const { partition: osd } = birth
  const partition = journals
    .flatMap(({ disk }) => disk.partitions)
    .find((it) => osd && it.bluestore?.osdUuid === osd.uuid.toLowerCase())
  return partition ? { ...birth, journal: { name: partition.device, partition } } : birth
}

/** Where journals can be, and the tables that make room for them, shared fairly among the disks. */
function journalRoom(
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

function table({ name, disk }: Used, label: Table['label'], parts: number): Table {
  const { device, bytes, serial } = disk
  const state =
    disk.partitions.length > 0 ? 'empty journals' : disk.table ? 'half labelled' : 'blank'
  const why = `${state}, ${gib(bytes)}${serial === undefined ? '' : `, serial ${serial}`}`
  return { name, device, label, parts, bytes, why }
}

function layoutWarning(births: readonly Birth[]): string[] {
  const without = births.filter((birth) => !birth.journal)
  if (without.length === 0) return []
  const layout = births.map(({ name, journal }) => `${name} → ${journal?.name ?? name}`)
  return [
    `there are fewer journals than OSDs to be made, ${without.map(({ name }) => name).join(', ')} will keep theirs on the same disk: ${layout.join(', ')}`,
  ]
}

export const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
