import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readOrCreate, writePrivateFile } from './private-file.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('writes for the owner alone, and leaves nothing else behind', async () => {
  const file = join(folder, 'a', 'b', 'secret')
  await writePrivateFile(file, 'one')
  await writePrivateFile(file, 'two')
  expect(await readFile(file, 'utf8')).toBe('two')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'a', 'b'))).mode & 0o777).toBe(0o700)
  expect(await readdir(join(folder, 'a', 'b'))).toEqual(['secret'])
})

it('makes a file once, however many want it at the same time', async () => {
  const file = join(folder, 'id')
  const makers = Array.from({ length: 20 }, (_, index) => readOrCreate(file, () => `id ${index}`))
  const read = await Promise.all(makers)
  expect(new Set(read).size).toBe(1)
  expect(await readFile(file, 'utf8')).toBe(read[0])
  expect(await readdir(folder)).toEqual(['id'])
})
