import type { ObservedDevice, ObservedDisk, ObservedPartition } from '../../model/observed-host.js'
import { gib } from '../gib.js'
import { describeDevice, describeDisk } from './describe-disk.js'
import { isOurTable, journalLabel, osdLabel } from './labels.js'

/** Least sizes: BlueStore wants some GiB for itself; a smaller journal would spill over at once. */
const leastOsd = 5 * 2 ** 30
export const leastJournal = 2 ** 30

export type Role = 'ceph_osd_disks' | 'ceph_journal_disks'
export const labelOf = { ceph_osd_disks: osdLabel, ceph_journal_disks: journalLabel } as const

/** Why a disk that the operator named can't be had. */
export function problemOf(disk: ObservedDisk, role: Role): string | undefined {
  const least = role === 'ceph_osd_disks' ? leastOsd : leastJournal
  if (isSystem(disk)) return 'is the system disk: name another'
  if (disk.bytes < least)
    return `has ${gib(disk.bytes)}, which is too small: at least ${gib(least)} are needed`
  const label = labelOf[role]
  if (isLabelled(disk, label)) return undefined
  const other = label === osdLabel ? journalLabel : osdLabel
  if (has(disk, other))
    return `has the label ${other}: name it in the other list, or remove the label`
  if (isBlank(disk) || isHalfLabelled(disk)) return undefined
  return `is not blank (${describeDisk(disk)}) and is left alone: name another disk, or give this one to wipe-disk if nobody needs what is on it`
}

export const isSystem = (disk: ObservedDisk) =>
  [disk, ...disk.partitions].some(({ uses }) => uses.includes('mounted on /'))

export const has = (disk: ObservedDisk, label: string) =>
  disk.partitions.some((it) => it.label === label)

export const isLabelled = (disk: ObservedDisk, label: string) =>
  disk.partitions.length > 0 && disk.partitions.every((it) => it.label === label)

export const isEmpty = ({ blank, content, uses }: ObservedDevice) =>
  blank === true && content === undefined && uses.length === 0

export const isBlank = (disk: ObservedDisk) =>
  isEmpty(disk) && !disk.table && disk.partitions.length === 0

/** Our own table, with nothing in it: its writing was interrupted. */
const isHalfLabelled = (disk: ObservedDisk) =>
  disk.table?.kind === 'gpt' &&
  isOurTable(disk.table.id) &&
  disk.uses.length === 0 &&
  disk.partitions.every((it) => it.label === '' && isEmpty(it))

/** Why a partition with a label of ours can't be had. */
export function held(partition: ObservedPartition, label: string): string {
  const { device, bluestore } = partition
  const whose = bluestore?.fsid === undefined ? '' : ` of the Ceph cluster ${bluestore.fsid}`
  return `${device} has the label ${label} and is not blank (${describeDevice(partition)}${whose}): it is left alone, give its disk to wipe-disk if nobody needs what is on it`
}
