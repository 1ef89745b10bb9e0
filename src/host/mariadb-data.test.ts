import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Remote } from '../ssh/remote.js'
import { isReplaced, parseNote, replaceData } from './mariadb-data.js'

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
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'volumes-'))
    mkdirSync(join(folder, 'mariadb'))
    writeFileSync(join(folder, 'mariadb', 'ibdata1'), '')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** This machine's bash, with volumes that are folders of the test. */
  const remote = {
    host: 'kolla1',
    runOrFail(script: string) {
      const docker = `docker() {
  case "$1 \${2-}" in
    'volume inspect') [[ ! -d ${folder}/\${*: -1} ]] || echo "${folder}/\${*: -1}"; [[ -d ${folder}/\${*: -1} ]] ;;
    'volume create') mkdir -p "${folder}/$3" ;;
  esac
}\n`
      const stdout = execFileSync('bash', ['-c', docker + script], { encoding: 'utf8' })
      return Promise.resolve({ code: 0, stdout, stderr: '' })
    },
  } as unknown as Remote

  it('are known to be so on the same occasion alone', async () => {
    expect(await isReplaced(remote, 'run')).toBe(false)
    await replaceData(remote, 'mariadb', { turn: 'run', prepared: false })
    expect(readdirSync(join(folder, 'mariadb'))).toEqual([])
    expect(readdirSync(join(folder, 'mariadb_replaced')).sort()).toEqual(['.turn', 'ibdata1'])
    expect(await isReplaced(remote, 'run')).toBe(true)
    expect(await isReplaced(remote, 'another')).toBe(false)
  })
})
