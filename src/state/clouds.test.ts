import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readClouds, registerCloud } from './clouds.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(folder, { recursive: true }))

const location = { configdir: '/etc/kolla', inventory: '/etc/kolla/multinode' }

it.each(['constructor', '__proto__', 'toString'])(
  'knows %s only once it is registered',
  async (name) => {
    expect((await readClouds(folder))[name]).toBeUndefined()
    await registerCloud(folder, 'demo', location)
    expect((await readClouds(folder))[name]).toBeUndefined()
  },
)

it('knows what is registered, whatever it is called', async () => {
  await registerCloud(folder, 'constructor', location)
  await registerCloud(folder, 'Wolke Süd 1', location)
  const clouds = await readClouds(folder)
  expect(Object.keys(clouds)).toEqual(['constructor', 'Wolke Süd 1'])
  expect(clouds['constructor']).toEqual(location)
})

it.each(['../x', 'a/b', '.hidden', '', 'a\nb', '..'])('refuses the name %j', async (name) => {
  await expect(registerCloud(folder, name, location)).rejects.toThrow("can't be a cloud's name")
})
