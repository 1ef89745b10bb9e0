import type { ObservedCeph, ObservedDisk } from '../../model/observed-host.js'
import { isSystem } from './disk-state.js'

/** A disk that is to be made blank, and what shows that whoever asks has looked at it: one of the two at least, such
 * that no other disk of the host has the same. */
export interface WipeRequest {
  /** As the operator calls it: `/dev/sdc`. */
  readonly disk: string
  readonly serial?: string
  /** As `lsblk` prints it, or in bytes. */
  readonly size?: string
}

/** A process that has a disk open, or one of its partitions. */
export interface Opener {
  readonly pid: number
  readonly name: string
}

/** The whole disk that the operator's name stands for. */
export function namedDisk(seen: ObservedCeph, name: string): ObservedDisk | undefined {
  return seen.disks.find((it) => it.device === seen.named[name])
}

/** Why a disk is not wiped, one sentence each. What it holds does not matter, who uses it does. */
export function whyNotWiped(
  seen: ObservedCeph,
  request: WipeRequest,
  openers: readonly Opener[],
): string[] {
  const { disk: name, serial, size } = request
  if (seen.named[name] === undefined) return [`${name} does not exist: mend the name, or the cable`]
  const disk = namedDisk(seen, name)
  if (!disk) return [`${name} is a partition: name the whole disk`]
  if (isSystem(disk)) return [`${name} is the system disk: it is not wiped`]
  const uses = [disk, ...disk.partitions].flatMap(({ device, uses: of }) =>
    of.map((use) => `${device}: ${use}`),
  )
  const open = openers.map(({ pid, name: process }) => `open in ${process} (process ${pid})`)
  const used = [...uses, ...open]
  // What it should have been is not said: the disk itself tells, to whoever looks at it.
  const wrong = (what: string) =>
    `the ${what} that was given is not that of ${name}: look at the disk itself (lsblk --nodeps --output NAME,SIZE,SERIAL,MODEL ${name})`
  const mistakes = [
    ...(serial !== undefined && serial !== (disk.serial ?? '') ? [wrong('serial')] : []),
    ...(size !== undefined && !isSize(size, disk.bytes) ? [wrong('size')] : []),
  ]
  return [
    ...(used.length > 0 ? [`${name} is in use (${used.join(', ')}): end that first`] : []),
    ...(mistakes.length > 0 ? mistakes : whyNoProof(seen, disk, request)),
  ]
}

/** What other disks of the host have as well says nothing of which one was looked at. */
function whyNoProof(
  { sizes = {}, serials = {} }: ObservedCeph,
  disk: ObservedDisk,
  proof: WipeRequest,
): string[] {
  const { serial, size } = proof
  const alike = Object.entries(sizes)
    .filter(([device]) => device !== disk.device)
    .filter(([, bytes]) => size === undefined || isSize(size, bytes))
    .filter(([device]) => serial === undefined || serials[device] === serial)
    .map(([device]) => device)
  if (alike.length === 0) return []
  const given = [
    ...(serial === undefined ? [] : ['serial']),
    ...(size === undefined ? [] : ['size']),
  ]
  const are = given.length > 1 ? 'that were given are' : 'that was given is'
  return [
    `the ${given.join(' and ')} ${are} that of ${alike.join(', ')} of this host, too: ${wayOut(disk, proof)}`,
  ]
}

function wayOut(disk: ObservedDisk, { serial, size }: WipeRequest): string {
  const columns = '(lsblk --nodeps --output NAME,SIZE,SERIAL,MODEL)'
  if (serial !== undefined && size === undefined) return `give its size as well ${columns}`
  if (serial !== undefined) return 'nothing tells it from the others, so blank it by hand'
  return disk.serial ? `give its serial ${columns}` : 'it tells no serial, so blank it by hand'
}

/** OSDs whose data or journal a disk carries. */
export function osdsOn(disk: ObservedDisk): string[] {
  const uuids = disk.partitions.flatMap(({ bluestore }) => (bluestore ? [bluestore.osdUuid] : []))
  return [...new Set(uuids)]
}

const units = 'KMGTPE'

/** Bytes, or a number with one decimal: `12G`, `931.5G`, `12.0 GiB` of 1024, `4TB` of 1000 as on a drive's label. */
export function isSize(text: string, bytes: number): boolean {
  if (/^\d+$/.test(text)) return Number(text) === bytes
  const [, number, unit = '', suffix = ''] = /^(\d+(?:\.\d)?) ?([KMGTPE])(i?B)?$/i.exec(text) ?? []
  if (number === undefined) return false
  const base = suffix.toUpperCase() === 'B' ? 1000 : 1024
  const value = bytes / base ** (units.indexOf(unit.toUpperCase()) + 1)
  return Math.abs(value - Number(number)) <= 0.05
}
