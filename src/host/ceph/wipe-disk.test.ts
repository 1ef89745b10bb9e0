import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { localRemote } from '../testing/local-remote.js'
import { wipeDisk } from './wipe-disk.js'

const mib = 2 ** 20
/** As `sfdisk` makes the one partition, on a disk whose size is no whole number of MiB: up to the last whole one. */
const bytes = 4 * 2 ** 30 + 3 * 2 ** 18

let folder: string
let disk: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wipe-'))
  disk = join(folder, 'disk')
  closeSync(openSync(disk, 'w'))
  truncateSync(disk, bytes)
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A file in a disk's place, which can't discard. */
const programs = `
blockdev() { case $1 in --getss) echo 512 ;; *) stat --format %s "$2" ;; esac; }
blkdiscard() { return 1; }
partx() { :; }
wipefs() { :; }
udevadm() { :; }`

/** Where `is_blank` looks between beginning and end of what begins at `start`. */
const placesOf = (start: number, size: number) =>
  Array.from({ length: 15 }, (_, part) => start + Math.floor(size / 65536) * (part + 1) * 4096)

const each = Math.floor((bytes / mib - 2) / 3) * mib

it.each([
  ['the disk', 0, bytes],
  ['the partition of an OSD', mib, Math.floor(bytes / mib) * mib - mib],
  ['that of an OSD, made by an sfdisk which leaves no room', mib, bytes - mib - 33 * 512],
  ['the last of three journals', mib + 2 * each, each],
])(
  'a disk that was wiped and can not discard is blank where one looks for %s',
  async (_, start, size) => {
    const places = [start, ...placesOf(start, size), start + size - mib]
    const file = openSync(disk, 'r+')
    for (const place of places) writeSync(file, 'data', place)
    await wipeDisk(localRemote(programs), { device: disk, bytes, uses: [], partitions: [] })
    const left = places.filter((place) => {
      const found = Buffer.alloc(4)
      readSync(file, found, 0, 4, place)
      return found.some((byte) => byte !== 0)
    })
    closeSync(file)
    expect(left).toEqual([])
  },
)
