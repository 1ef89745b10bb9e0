import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { passwordKinds } from '../model/kolla/names.js'
import { fillPasswords } from './fill-passwords.js'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
  file = join(folder, 'passwords.yml')
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

/** Already there: making new ones takes seconds. */
function keyPairs(): string {
  const names = [...passwordKinds].filter(([, kind]) => kind === 'ssh').map(([name]) => name)
  return names.map((name) => `${name}: {private_key: a, public_key: b}\n`).join('')
}

it('keeps what is set, fills the rest, and lets nobody else read it', async () => {
  const text = `database_password: mine\nkeystone_admin_password:\n${keyPairs()}`
  await writeFile(file, text, { mode: 0o644 })
  await fillPasswords({ configdir: folder }, undefined)
  const filled = await readFile(file, 'utf8')
  expect(filled).toMatch(/^database_password: mine$/m)
  expect(filled).toMatch(/^keystone_admin_password: \w{40}$/m)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(JSON.stringify(vi.mocked(console.log).mock.calls)).not.toContain('mine')

  await fillPasswords({ configdir: folder }, undefined)
  expect(await readFile(file, 'utf8')).toBe(filled)
})

it('says where it looked for the directory', async () => {
  const nowhere = fillPasswords({ configdir: join(folder, 'none') }, undefined)
  await expect(nowhere).rejects.toThrow("name the cloud's directory with --configdir DIR")
})
