import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RemoteTimeout } from '../../ssh/errors.js'
import type { Remote, RunOptions } from '../../ssh/remote.js'
import { observeHost } from '../observe.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hanging-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** This machine's bash with a `docker` of the test's own, cut short after two seconds. */
const here = {
  host: 'kolla1',
  runOrFail(script: string, { title = '', onOutput }: RunOptions) {
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    const { stdout } = spawnSync('timeout', ['2', 'bash', '-c', script], { encoding: 'utf8', env })
    for (const line of stdout.split('\n')) onOutput?.(line)
    return Promise.reject(new RemoteTimeout('kolla1', title, 1, ['a line of no meaning']))
  },
} as unknown as Remote

const options = { containers: [], folders: [], digestKey: 'key', galeraVolume: 'mariadb' }

it.each([
  ['docker info', 'exec sleep 10', 'docker info does not answer'],
  [
    'docker inspect',
    'case $1 in info) printf "28.0\\n/\\n";; *) exec sleep 10;; esac',
    'docker ps or docker inspect does not answer',
  ],
])('says what hangs: %s', async (_case, docker, message) => {
  writeFileSync(join(folder, 'docker'), `#!/bin/bash\n${docker}\n`)
  chmodSync(join(folder, 'docker'), 0o755)
  await expect(observeHost(here, options)).rejects.toThrow(
    `kolla1: observe the host did not end within 45 s\n  ${message}: see \`systemctl status docker\` there`,
  )
})
