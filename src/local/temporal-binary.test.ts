import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { temporalBinary } from './temporal-binary.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function program(...path: string[]): Promise<string> {
  const file = join(folder, ...path)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, '')
  await chmod(file, 0o755)
  return file
}
const said: string[] = []
const find = (path: string) =>
  temporalBinary((line) => said.push(line), {
    PATH: path,
    KOLLA_TEMPORAL_CACHE: join(folder, 'cache'),
  })

it('takes the one on PATH before the one that was fetched', async () => {
  const cached = await program('cache', 'bin', 'temporal')
  expect(await find('/nowhere')).toBe(cached)
  const own = await program('usr', 'bin', 'temporal')
  expect(await find(`/nowhere:${join(folder, 'usr', 'bin')}`)).toBe(own)
  expect(said).toEqual([])
})
