import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Remote } from '../ssh/remote.js'
import { inspectGalera } from './galera.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galera-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** This machine's bash, with a volume that is a folder of the test and no container. */
const remote = {
  host: 'kolla1',
  runOrFail(script: string) {
    const docker = `docker() {
  case "$1 \${2-}" in
    'version '*) ;;
    'volume ls') echo mariadb ;;
    'volume inspect') echo ${folder} ;;
    *) return 1 ;;
  esac
}\n`
    const { stdout } = spawnSync('bash', ['-c', docker + script], { encoding: 'utf8' })
    return Promise.resolve({ code: 0, stdout, stderr: '' })
  },
} as unknown as Remote

it.each([
  ['42', 42],
  ['-1', -1],
  ['', -1],
  ['4\u00002', -1],
  ['garbage', -1],
])('takes %j for the last transaction %d', async (written, seqno) => {
  writeFileSync(join(folder, 'grastate.dat'), `uuid: a\nseqno:   ${written}\n`)
  const member = await inspectGalera(remote, { container: 'mariadb', volume: 'mariadb' })
  expect(member).toMatchObject({ data: 'complete', running: false, seqno })
})
