import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BuiltImages } from './built-images.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('keeps the last digest of each image', async () => {
  const images = new BuiltImages(folder)
  expect(await images.read()).toEqual({})
  await images.keep({ 'r/cron:1': 'sha256:a', 'r/base:1': 'sha256:b' })
  await images.keep({ 'r/cron:1': 'sha256:c' })
  expect(await new BuiltImages(folder).read()).toEqual({
    'r/cron:1': 'sha256:c',
    'r/base:1': 'sha256:b',
  })
})

it('does not take a broken file for an empty one', async () => {
  await writeFile(join(folder, 'built-images.json'), '{"r/cron:1":')
  await expect(new BuiltImages(folder).read()).rejects.toThrow('built-images.json is broken')
})
