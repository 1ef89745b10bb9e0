import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readDigestKey } from './digest-key.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('is made once, and read as an editor may have left it', async () => {
  const key = await readDigestKey(folder)
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  await writeFile(join(folder, 'digest.key'), `${key}\n`)
  expect(await readDigestKey(folder)).toBe(key)
})

it.each(['', '\n', 'abc', 'f'.repeat(63)])('is none that holds %j', async (text) => {
  await writeFile(join(folder, 'digest.key'), text)
  await expect(readDigestKey(folder)).rejects.toThrow(
    `${join(folder, 'digest.key')} holds no key (64 hexadecimal digits): put it back`,
  )
})
