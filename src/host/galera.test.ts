import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { inspectGalera } from './galera.js'
import { remoteWithVolumes } from './testing/volumes.js'
import { UnusableVolume } from './volume.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galera-'))
  mkdirSync(join(folder, 'mariadb'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const inspect = (options?: Record<string, string>) =>
  inspectGalera(remoteWithVolumes(folder, options), { container: 'mariadb', volume: 'mariadb' })
const cluster = '2f6a1c52-0f2b-11ef-9b1e-d3a1b2c3d4e5'

it.each([
  ['42', 42],
  ['-1', -1],
  ['', -1],
  ['4\u00002', -1],
  ['garbage', -1],
])('takes %j for the last transaction %d', async (written, seqno) => {
  write('mariadb/grastate.dat', `uuid: a\nseqno:   ${written}\n`)
  const member = await inspect()
  expect(member).toMatchObject({ data: 'complete', running: false, seqno })
})

it('names the history that the data belong to, and the backup by which it began', async () => {
  write('mariadb/grastate.dat', `version: 2.1\nuuid:    ${cluster}\nseqno:   -1\n`)
  expect(await inspect()).toMatchObject({ data: 'complete', cluster, restored: '' })
  write('mariadb/.kolla-temporal-restored', '20261123T094000Z-full\n')
  expect(await inspect()).toMatchObject({ restored: '20261123T094000Z-full' })
})

it('knows none where Galera itself has none', async () => {
  write('mariadb/grastate.dat', 'uuid:    00000000-0000-0000-0000-000000000000\nseqno:   -1\n')
  expect(await inspect()).toMatchObject({ data: 'complete', cluster: '' })
})

it('tells what other volumes keep of a database, where its own is empty', async () => {
  write('mariadb_replaced/turn1/state', 'done\n')
  write('mariadb_replaced/turn1/data/ibdata1', '')
  write('mariadb_backup/b1/note', 'id=b1\n')
  write('mariadb_backup/cut-short/log', '')
  write('mariadb_prepared/.kolla-temporal-prepared', 'b1\n')
  expect(await inspect()).toMatchObject({
    data: 'none',
    setAside: ['turn1'],
    backups: ['b1'],
    prepared: 'b1',
  })
})

it.each(['clearing', 'filling'])('takes data for no database that are still %s', async (state) => {
  write('mariadb/ibdata1', '')
  write('mariadb_replaced/turn1/state', `${state}\n`)
  expect(await inspect()).toMatchObject({ data: 'moving' })
})

it.each([
  ['Synced', 'Primary', 'ON', { synced: true, serving: true }],
  ['Donor/Desynced', 'Primary', 'ON', { synced: false, serving: true }],
  ['Joiner', 'Primary', 'OFF', { synced: false, serving: false }],
  ['Initialized', 'non-Primary', 'OFF', { synced: false, serving: false }],
  ['Donor/Desynced', 'non-Primary', 'ON', { synced: false, serving: false }],
])(
  'tells whether a member that is %s, %s and ready=%s serves',
  async (state, status, ready, is) => {
    const rows = `wsrep_local_state_comment\\t${state}\\nwsrep_cluster_status\\t${status}\\nwsrep_ready\\t${ready}\\n`
    const answers = `'container inspect') echo true ;; 'exec mariadb') printf '${rows}' ;;`
    const remote = remoteWithVolumes(folder, {}, answers)
    expect(await inspectGalera(remote, { container: 'mariadb', volume: 'mariadb' })).toMatchObject({
      running: true,
      ...is,
    })
  },
)

it.each(['mariadb', 'mariadb_backup', 'mariadb_replaced'])(
  'does not take %s for empty where Docker mounts it only for a container',
  async (name) => {
    mkdirSync(join(folder, name), { recursive: true })
    const options = { [name]: '{"device":"/srv/db","o":"bind","type":"none"}' }
    await expect(inspect(options)).rejects.toThrow(UnusableVolume)
    await expect(inspect(options)).rejects.toThrow(
      `kolla1: the volume ${name} is mounted by Docker only while a container uses it (local {"device"`,
    )
    await expect(inspect({ [name]: '{}' })).resolves.toMatchObject({ host: 'kolla1' })
  },
)
