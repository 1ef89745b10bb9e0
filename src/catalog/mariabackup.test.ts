import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { preparedMark, proveBackup, takeBackup } from './mariabackup.js'

const id = '20261123T094000Z-full'
const mib = 2 ** 20

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mariabackup-'))
  for (const name of ['backup', 'prepared', 'tmp']) mkdirSync(join(folder, name))
  write('var/lib/mysql/ibdata1', 'x'.repeat(mib))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (path: string, text = '') => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const list = (path: string) => readdirSync(join(folder, path)).sort()
const read = (path: string) => readFileSync(join(folder, path), 'utf8')

/** The programs of the image, as far as the scripts see them; a backup is a tar of the data here. */
const programs = `
sudo() { :; }
find() { if [[ "$*" == *' -cmin '* ]]; then [ ! -e "$1/changing" ] || echo "$1"; else command find "$@"; fi; }
df() { printf 'Avail\\n%s\\n' "$free"; }
mariadb-backup() {
  case " $* " in *' --backup '*) [ "$fails" != backup ] && tar -c -C "$folder/var/lib/mysql" . ;; *) [ "$fails" != prepare ] ;; esac
}
mbstream() { tar "$1" -C "$3"; }
mariadbd() { [ "$1" = --version ] && echo 'mariadbd  Ver 10.11.14-MariaDB' || exec sleep 60; }
mariadb() { case $* in *CONCAT*) echo '3 tables in 1 databases' ;; esac; }
mariadb-check() { [ "$fails" != check ]; }
`

interface Situation {
  readonly free?: number
  readonly fails?: 'backup' | 'prepare' | 'check'
  readonly keep?: boolean
}

function run(
  script: string,
  { free = 1024 * mib, fails, keep }: Situation = {},
  functions = programs,
) {
  const here = ['/tmp', '/backup', '/prepared', '/var/lib/mysql'].reduce(
    (text, path) => text.replaceAll(new RegExp(`(?<=[ ="'>(])${path}`, 'g'), `${folder}${path}`),
    script,
  )
  const env = {
    ...{ ...process.env, folder, id, chain: id, base: '', image: 'mariadb-server' },
    ...{ free: String(free), fails: fails ?? '', keep: keep === true ? 'yes' : '' },
  }
  return spawnSync('bash', ['-c', functions + here], { encoding: 'utf8', env })
}

describe('a backup', () => {
  it('notes how large the data were that it was taken of', () => {
    expect(run(takeBackup)).toMatchObject({ status: 0 })
    const raw = Number(/^raw=(\d+)$/m.exec(read(`backup/${id}/note`))?.[1])
    expect(raw).toBeGreaterThanOrEqual(mib)
    expect(Number(/^bytes=(\d+)$/m.exec(read(`backup/${id}/note`))?.[1])).toBeLessThan(mib)
  })
})

describe('what was ended by force', () => {
  const cutShort = '20261122T094000Z-full'

  it('is gone before the next backup looks for room', () => {
    write(`backup/${cutShort}/data.gz`)
    write('backup/20261122T104000Z-incremental/log')
    write('prepared/mysql/user.frm')
    expect(run(takeBackup, { free: 0 }).status).toBe(1)
    expect(list('backup')).toEqual([])
    expect(list('prepared')).toEqual([])
  })

  it('is all that is removed', () => {
    const others = [
      `${cutShort}/note`,
      '20261122T104000Z-full/changing',
      '20261122T104000Z-full.old/data.gz',
      'my-20261122T104000Z-full/data.gz',
      '20261122T114000Z-differential/data.gz',
      'mysqlbackup-22-11-2026-1795340000.qp.xbc.xbs.gz',
    ]
    for (const path of others) write(`backup/${path}`)
    writeFileSync(join(folder, 'backup', '20261122T124000Z-full'), 'a file')
    symlinkSync(join(folder, 'tmp'), join(folder, 'backup', '20261122T134000Z-full'))
    write(`prepared/${preparedMark}`, `${cutShort}\n`)
    write('prepared/ibdata1')
    expect(run(takeBackup)).toMatchObject({ status: 0 })
    for (const path of others)
      expect(list(dirname(`backup/${path}`)), path).toContain(basename(path))
    expect(list('backup')).toHaveLength(others.length + 3)
    expect(list('prepared')).toEqual([preparedMark, 'ibdata1'])
  })

  it('has left a folder that was changed within the hour, which stays', () => {
    write(`backup/${cutShort}/data.gz`)
    const real = programs.replace(/^find.*$/m, '')
    expect(run(takeBackup, { free: 0 }, real).status).toBe(1)
    expect(list('backup')).toEqual([cutShort])
  })
})

it('a backup that fails leaves nothing', () => {
  expect(run(takeBackup, { fails: 'backup' }).status).toBe(1)
  expect(list('backup')).toEqual([])
})

describe('a proof', () => {
  beforeEach(() => {
    run(takeBackup)
  })

  it('leaves the data where they are wanted, with their mark', () => {
    const { status, stdout } = run(proveBackup, { keep: true })
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'proven: 3 tables in 1 databases\n' })
    expect(list('prepared')).toEqual([preparedMark, 'ibdata1'])
  })

  it('leaves nothing else', () => {
    expect(run(proveBackup)).toMatchObject({ status: 0 })
    expect(list('prepared')).toEqual([])
  })

  it.each(['prepare', 'check'] as const)('leaves nothing where %s fails', (fails) => {
    expect(run(proveBackup, { keep: true, fails }).status).not.toBe(0)
    expect(list('prepared')).toEqual([])
  })

  it('unpacks nothing for which there is no room', () => {
    const { status, stderr } = run(proveBackup, { free: mib / 2 })
    expect(status).toBe(1)
    expect(stderr).toMatch(/unpacked wants 1 MiB free and \S+ has 0/)
    expect(list('prepared')).toEqual([])
  })

  it('goes by the size of the backup itself where an older note tells no other', () => {
    const note = read(`backup/${id}/note`)
    write(`backup/${id}/note`, note.replace(/^raw=.*\n/m, ''))
    expect(run(proveBackup, { free: mib / 2 })).toMatchObject({ status: 0 })
    expect(existsSync(join(folder, 'backup', id))).toBe(true)
  })
})
