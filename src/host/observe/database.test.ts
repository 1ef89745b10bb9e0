import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseDatabase } from './database.js'
import { parseVolumes } from './docker.js'
import { observationScript, splitSections } from './script.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'docker-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (path: string, text: string) => {
  const file = join(root, 'volumes', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** What an observation of this machine tells, with an engine whose volumes are folders of the test. */
function observed() {
  const info = { ServerVersion: '20.10', DockerRootDir: root }
  const nfs = { Name: 'mariadb_backup', Driver: 'local', Options: { type: 'nfs' } }
  const Volumes = [nfs, { Name: 'mariadb', Driver: 'local', Options: null }]
  const answers = [info, [], { Volumes }].map((answer) => `'${JSON.stringify(answer)}'`)
  const docker = `docker() { :; }; curl() { printf '%s\\n' ${answers.join(' ')}; }\n`
  const script = observationScript({
    folders: [],
    images: false,
    notes: '/nowhere',
    root: '/nowhere',
    galeraVolume: 'db',
    ceph: {},
  })
  const { stdout } = spawnSync('bash', ['-c', docker + script], { encoding: 'utf8' })
  return splitSections(stdout)
}

it("an observation tells what a host's volumes keep of a database", () => {
  write('db/_data/grastate.dat', 'uuid:    2f6a1c52-0f2b-11ef-9b1e-d3a1b2c3d4e5\nseqno:   7\n')
  write('db/_data/gvwstate.dat', '')
  write('mariadb_replaced/_data/turn1/state', 'done\n')
  write('mariadb_replaced/_data/turn1/data/ibdata1', '')
  write('mariadb_backup/_data/b1/note', '')
  const section = observed()
  expect(parseDatabase(section('database'))).toEqual({
    database: {
      data: 'complete',
      view: true,
      cluster: '2f6a1c52-0f2b-11ef-9b1e-d3a1b2c3d4e5',
      restored: '',
      setAside: ['turn1'],
      backups: ['b1'],
      prepared: '',
    },
    galera: true,
    seqno: 7,
  })
  expect(parseVolumes(section('volumes')).mounted).toEqual({
    mariadb_backup: 'local {"type":"nfs"}',
  })
})

it('and that they keep none', () => {
  const { database, galera, seqno } = parseDatabase(observed()('database'))
  expect(database).toMatchObject({ data: 'none', cluster: '', setAside: [], backups: [] })
  expect({ galera, seqno }).toEqual({ galera: false, seqno: -1 })
})
