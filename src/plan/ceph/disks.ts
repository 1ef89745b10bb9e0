import type { ObservedCeph, ObservedPartition } from '../../model/observed-host.js'
import { has, held, isEmpty, isLabelled, labelOf, problemOf } from './disk-state.js'
import type { Role } from './disk-state.js'
import { journalRoom, oldJournal } from './journals.js'
import type { Place } from './journals.js'
import { journalLabel, osdLabel } from './labels.js'
import { finishedOsds, isFinished } from './osds.js'
import { table } from './table.js'
import type { Table, Used } from './table.js'

/** What the operator says about one host's disks. Both empty: he has labelled them himself. */
export type WantedDisks = Readonly<Record<Role, readonly string[]>>

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

/** Without partitions as long as the tables are not written. */
export interface Birth {
  readonly name: string
  readonly partition?: ObservedPartition
  /** Its making was begun and not finished: what is there is of no use to anybody. */
  readonly again: boolean
  /** Disk and partition of its journal; without one it keeps that itself. */
  readonly journal?: Place
}

/**
 * What makes a host's disks into OSDs and journals. A disk that holds anything but our own labels is refused. What was
 * begun and not finished is recognised: a table of ours without partitions, an OSD that never became ready.
 *
 * @param lost how many OSDs the host has whose disk is gone
 */
export function planDisks(
  seen: ObservedCeph,
  wanted: WantedDisks,
  fsid: string,
  lost = 0,
): DiskPlan {
  const errors: string[] = []
  const refusals: string[] = []
  const known = new Map<string, string>()
  const osds = [...named(seen, wanted, 'ceph_osd_disks', known, refusals)]
  const journals = [...named(seen, wanted, 'ceph_journal_disks', known, refusals)]
  const others = unnamed(seen, [...osds, ...journals])
  if (wanted.ceph_osd_disks.length + wanted.ceph_journal_disks.length > 0) {
    errors.push(...others.flatMap((used) => strays(used, fsid)))
  } else {
    osds.push(...others.filter((used) => has(used.disk, osdLabel)))
    journals.push(...others.filter((used) => has(used.disk, journalLabel)))
  }
  const unborn = osds
    .flatMap((used) => unbornOn(used, fsid, errors))
    .map((birth): Birth => {
      const journal = oldJournal(birth.partition, journals)
      return { ...birth, ...(journal && { journal }) }
    })
  const room = journalRoom(journals, unborn.filter(({ journal }) => !journal).length, errors)
  const tables = [
    ...osds.filter((used) => used.blank).map((used) => table(used, osdLabel, 1)),
    ...room.tables,
  ]
  if (tables.length > 0 && seen.missing) {
    const programs = seen.missing.join(', ')
    errors.push(`without ${programs} disks cannot be labelled: run bootstrap-servers first`)
  }
  if (refusals.length + errors.length > 0) {
    const isWhole = finishedOsds(seen, fsid).length + lost >= wanted.ceph_osd_disks.length
    const writes = tables.length + unborn.length > 0
    // A name may stand for another disk since the last boot. As long as every OSD is there, none of them matters.
    return isWhole && !writes && errors.length === 0
      ? { errors, warnings: refusals.map(unneeded), tables: [], births: [] }
      : { errors: [...refusals, ...errors], warnings: [], tables: [], births: [] }
  }

  const places = room.places.values()
  const births = unborn.map((birth): Birth => {
    const journal = birth.journal ?? places.next().value
    return { ...birth, ...(journal && { journal }) }
  })
  return {
    errors,
    warnings: journals.length > 0 ? layoutWarning(births) : [],
    tables,
    births,
  }
}

const unneeded = (refusal: string) =>
  `${refusal} (no new OSD is wanted here, so that nothing is written; names of /dev/disk/by-id stay the same)`

function* named(
  seen: ObservedCeph,
  wanted: WantedDisks,
  role: Role,
  known: Map<string, string>,
  refusals: string[],
): Generator<Used> {
  for (const name of wanted[role]) {
    const device = seen.named[name]
    const disk = seen.disks.find((it) => it.device === device)
    const refuse = (message: string) => refusals.push(`${name}, of ${role}, ${message}`)
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

function layoutWarning(births: readonly Birth[]): string[] {
  const without = births.filter((birth) => !birth.journal)
  if (without.length === 0) return []
  const layout = births.map(({ name, journal }) => `${name} → ${journal?.name ?? name}`)
  return [
    `there are fewer journals than OSDs to be made, ${without.map(({ name }) => name).join(', ')} will keep theirs on the same disk: ${layout.join(', ')}`,
  ]
}
