import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RemoteTimeout } from '../../ssh/errors.js'
import type { Remote, RunOptions } from '../../ssh/remote.js'
import { observeHost } from '../observe.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hanging-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** This machine's bash with Docker's answers of the test's own, cut short when it has said nothing for two seconds. */
const here = {
  host: 'kolla1',
  async runOrFail(script: string, { title = '', onOutput }: RunOptions) {
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    // Its children are of its group, and end with it.
    const child = spawn('bash', ['-c', script], { env, detached: true })
    const { pid } = child
    const cut = setTimeout(() => pid !== undefined && process.kill(-pid, 'SIGKILL'), 2_000)
    child.stdout.on('data', () => cut.refresh())
    const stdout = await text(child.stdout)
    clearTimeout(cut)
    for (const line of stdout.split('\n')) onOutput?.(line)
    throw new RemoteTimeout('kolla1', title, 1, ['a line of no meaning'])
  },
} as unknown as Remote

const options = {
  containers: [],
  folders: [],
  digestKey: 'key',
  galeraVolume: 'mariadb',
  images: true,
}

const info = `echo '${JSON.stringify({ ServerVersion: '28.0', DockerRootDir: '/' })}'`

it.each([
  ['docker info', 'exec sleep 10'],
  ['docker ps', `${info}; exec sleep 10`],
  ['docker volume ls', `${info}; echo '[]'; exec sleep 10`],
])('says what hangs: %s', async (what, answers) => {
  for (const [program, script] of [
    ['docker', ''],
    ['curl', answers],
  ] as const) {
    writeFileSync(join(folder, program), `#!/bin/bash\n${script}\n`, { mode: 0o755 })
  }
  await expect(observeHost(here, options)).rejects.toThrow(
    `kolla1: observe the host did not end within 45 s\n  ${what} does not answer: see \`systemctl status docker\` there`,
  )
})
