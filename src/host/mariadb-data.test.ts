import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Remote } from '../ssh/remote.js'
import { inspectData, isReplaced, parseNote, replaceData, settleReplaced } from './mariadb-data.js'
import { remoteWithVolumes } from './testing/volumes.js'
import { UnusableVolume } from './volume.js'

describe('the note of a backup', () => {
  const note = [
    'id=20261123T094000Z-full',
    'base=',
    'at=2026-11-23T09:40:03Z',
    'version=10.11.14',
    'image=192.168.8.73:5000/kolla/mariadb-server:2025.2',
    'lineage=abc=',
    'bytes=4096',
  ]

  it('of a full one names no base', () => {
    expect(parseNote('kolla1', note.join('\n'))).toEqual({
      id: '20261123T094000Z-full',
      host: 'kolla1',
      kind: 'full',
      at: '2026-11-23T09:40:03Z',
      version: '10.11.14',
      image: '192.168.8.73:5000/kolla/mariadb-server:2025.2',
      lineage: 'abc=',
      bytes: 4096,
    })
  })

  it('tells how large the data were, if its version did', () => {
    expect(parseNote('kolla1', [...note, 'raw=65536'].join('\n'))).toMatchObject({
      bytes: 4096,
      rawBytes: 65536,
    })
  })

  it('of an incremental one does', () => {
    const text = note.join('\n').replace('base=', 'base=20261122T094000Z-full')
    expect(parseNote('kolla1', text)).toMatchObject({
      kind: 'incremental',
      base: '20261122T094000Z-full',
    })
  })
})

describe("a member's data that are set aside", () => {
  let folder: string
  let remote: Remote
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'volumes-'))
    remote = remoteWithVolumes(folder)
    write('mariadb/ibdata1', 'today')
    write('mariadb/mysql/user.frm', 'today')
    write('mariadb/.hidden', 'today')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const prepare = (text: string) => {
    write('mariadb_prepared/ibdata1', text)
    write('mariadb_prepared/mysql/user.frm', text)
    write('mariadb_prepared/.kolla-temporal-prepared', 'b1\n')
  }
  const read = (path: string) => readFileSync(join(folder, path), 'utf8')
  const list = (path: string) => readdirSync(join(folder, path)).sort()
  const aside = (turn: string) => replaceData(remote, 'mariadb', { turn, prepared: false })
  const restore = (turn: string) => replaceData(remote, 'mariadb', { turn, prepared: true })
  const all = ['.hidden', 'ibdata1', 'mysql']
  /** What a kill in the midst of `clearing` leaves. */
  const cutShort = (turn: string) => {
    write(`mariadb_replaced/${turn}/data/ibdata1`, 'today')
    rmSync(join(folder, 'mariadb/ibdata1'))
    write(`mariadb_replaced/${turn}/state`, 'clearing\n')
  }

  it('are known to be so on the same occasion alone', async () => {
    expect(await isReplaced(remote, 'run')).toBe(false)
    await aside('run')
    expect(list('mariadb')).toEqual([])
    expect(list('mariadb_replaced/run/data')).toEqual(all)
    expect(await isReplaced(remote, 'run')).toBe(true)
    expect(await isReplaced(remote, 'another')).toBe(false)
  })

  it('are not touched by a second try', async () => {
    prepare('restored')
    await restore('first')
    prepare('restored')
    await restore('second')
    expect(read('mariadb_replaced/first/data/mysql/user.frm')).toBe('today')
    expect(read('mariadb_replaced/second/data/mysql/user.frm')).toBe('restored')
    expect(read('mariadb/mysql/user.frm')).toBe('restored')
    expect(read('mariadb/.kolla-temporal-restored')).toBe('b1\n')
  })

  it('stay through the success of a restore, and until the next one', async () => {
    await aside('failed')
    prepare('restored')
    await restore('first')
    await settleReplaced(remote, 'first')
    await settleReplaced(remote, 'first') // its worker died before it could tell
    expect(list('mariadb_replaced')).toEqual(['failed', 'first'])
    expect(list('mariadb_replaced/failed/data')).toEqual(all)
    prepare('restored')
    await restore('next')
    expect(list('mariadb_replaced')).toEqual(['failed', 'first', 'next'])
    await settleReplaced(remote, 'next')
    expect(list('mariadb_replaced')).toEqual(['next'])
    expect(list('mariadb_prepared')).toEqual([])
  })

  it('are put together again where an occasion was cut short and another one comes', async () => {
    cutShort('first')
    await aside('second')
    expect(list('mariadb_replaced/first/data')).toEqual(all)
    expect(list('mariadb_replaced/second/data')).toEqual([])
    expect(list('mariadb')).toEqual([])
  })

  it('are gone on with where the same occasion was cut short', async () => {
    cutShort('first')
    prepare('restored')
    await restore('first')
    expect(list('mariadb_replaced/first/data')).toEqual(all)
    expect(list('mariadb')).toEqual(['.kolla-temporal-restored', 'ibdata1', 'mysql'])
  })

  it('are replaced as a whole where the backup was prepared anew in between', async () => {
    await aside('first')
    write('mariadb_replaced/first/state', 'filling\n')
    write('mariadb/mysql/user.frm', 'a part')
    write('mariadb/mysql/more.frm', 'a part')
    prepare('restored')
    await restore('first')
    expect(list('mariadb/mysql')).toEqual(['user.frm'])
    expect(read('mariadb/mysql/user.frm')).toBe('restored')
  })

  it('stay where they are while there is nothing to put in their place', async () => {
    await expect(restore('first')).rejects.toThrow('no prepared data')
    expect(list('mariadb')).toEqual(all)
  })

  it('stay where they are, and so does all else, if the volume is one that Docker mounts', async () => {
    const options = { mariadb: '{"device":":/db","o":"addr=10.0.0.9","type":"nfs"}' }
    remote = remoteWithVolumes(folder, options)
    prepare('restored')
    await expect(restore('first')).rejects.toThrow(UnusableVolume)
    expect(list('mariadb')).toEqual(all)
    expect(list('mariadb_prepared')).toHaveLength(3)
  })

  it('are counted with the room that is left', async () => {
    const before = await inspectData(remote, 'mariadb')
    expect(before).toMatchObject({ data: 'complete', lineage: '', asideBytes: 0 })
    expect(before.dataBytes).toBeGreaterThan(10)
    expect(before.freeBytes).toBeGreaterThan(2 ** 20)
    await aside('run')
    const after = await inspectData(remote, 'mariadb')
    expect(after.data).toBe('none')
    expect(after.asideBytes).toBeGreaterThan(before.dataBytes)
    rmSync(join(folder, 'mariadb'), { recursive: true })
    expect(await inspectData(remote, 'mariadb')).toMatchObject({ data: 'none', dataBytes: 0 })
  })
})

const disks = ['/dev/shm', tmpdir()] as const
const apart = existsSync(disks[0]) && statSync(disks[0]).dev !== statSync(disks[1]).dev

describe.runIf(apart)('data on another file system than what was set aside', () => {
  it('are copied before they go, also where that was cut short', async () => {
    const folder = mkdtempSync(join(disks[1], 'volumes-'))
    const disk = mkdtempSync(join(disks[0], 'volumes-'))
    try {
      mkdirSync(join(disk, 'mysql'))
      writeFileSync(join(disk, 'mysql', 'user.frm'), 'today')
      symlinkSync(disk, join(folder, 'mariadb'))
      mkdirSync(join(folder, 'mariadb_replaced/run/data/.moving/old'), { recursive: true })
      const remote = remoteWithVolumes(folder)
      expect(await inspectData(remote, 'mariadb')).toHaveProperty('asideFreeBytes')
      await replaceData(remote, 'mariadb', { turn: 'run', prepared: false })
      expect(readdirSync(disk)).toEqual([])
      const copy = join(folder, 'mariadb_replaced/run/data')
      expect(readdirSync(copy)).toEqual(['mysql'])
      expect(readFileSync(join(copy, 'mysql/user.frm'), 'utf8')).toBe('today')
    } finally {
      rmSync(folder, { recursive: true })
      rmSync(disk, { recursive: true })
    }
  })
})
