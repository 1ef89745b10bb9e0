import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { names } from './names.js'
import { prelude } from './prelude.js'
import { hosts } from './testing.js'

const run = promisify(execFile)
let directory: string
let file: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'names-'))
  file = join(directory, 'hosts')
})

afterEach(() => rm(directory, { recursive: true }))

/** Runs the step with real bash; true if it reported a change. */
async function apply(own = 'kolla1.example.org', all = hosts): Promise<boolean> {
  const { stdout } = await run('bash', ['-c', prelude + names(own, all, file)])
  return stdout.includes('@changed')
}

const block = `# BEGIN kolla-temporal
192.168.8.70 kolla1.example.org kolla1
192.168.8.71 kolla2
# END kolla-temporal
`

it('keeps every other line, and takes the own name from the loopback addresses', async () => {
  await writeFile(
    file,
    [
      '127.0.0.1\tlocalhost  # as ever',
      '127.0.1.1\tkolla1.example.org kolla1',
      '127.0.1.2 kolla1 other',
      '::1     localhost ip6-localhost kolla1',
      '  10.0.0.1 files  \\n  # *',
      '',
      '192.168.9.9 kolla1',
    ].join('\n'),
    { mode: 0o600 },
  )
  expect(await apply()).toBe(true)
  expect(await readFile(file, 'utf8')).toBe(
    [
      '127.0.0.1\tlocalhost  # as ever',
      '127.0.1.2 other',
      '::1 localhost ip6-localhost',
      '  10.0.0.1 files  \\n  # *',
      '',
      '192.168.9.9 kolla1',
      block,
    ].join('\n'),
  )
  expect((await stat(file)).mode & 0o777).toBe(0o644)
})

it('changes nothing the second time, and only its block when hosts change', async () => {
  await writeFile(file, '127.0.0.1 localhost\n')
  expect(await apply()).toBe(true)
  expect(await apply()).toBe(false)
  expect(await readFile(file, 'utf8')).toBe(`127.0.0.1 localhost\n${block}`)
  expect(await apply('kolla2', hosts.slice(1))).toBe(true)
  expect(await readFile(file, 'utf8')).toBe(
    '127.0.0.1 localhost\n# BEGIN kolla-temporal\n192.168.8.71 kolla2\n# END kolla-temporal\n',
  )
})
