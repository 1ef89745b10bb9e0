import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { namesOfDirectory, readClouds, registerCloud } from './clouds.js'

let folder: string
let state: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
  state = join(folder, 'state')
  await mkdir(join(folder, 'etc-kolla'))
})
afterEach(() => rm(folder, { recursive: true }))

const location = (name: string) => {
  const configdir = join(folder, name)
  return { configdir, inventory: join(configdir, 'multinode') }
}

it('a directory has one name, whatever way leads to it', async () => {
  await registerCloud(state, 'demo', location('etc-kolla'))
  await symlink('etc-kolla', join(folder, 'link'))
  await expect(registerCloud(state, 'link', location('link'))).rejects.toThrow(
    `${join(folder, 'link')} is the cloud demo, not link`,
  )
  expect(await namesOfDirectory(state, join(folder, 'link'))).toEqual(['demo'])
  expect(Object.keys(await readClouds(state))).toEqual(['demo'])
})

it('a name may move to another directory, and an inventory change', async () => {
  await registerCloud(state, 'demo', location('etc-kolla'))
  const before = await registerCloud(state, 'demo', location('elsewhere'))
  expect(before).toEqual(location('etc-kolla'))
  await registerCloud(state, 'other', location('etc-kolla'))
  expect(Object.keys(await readClouds(state)).sort()).toEqual(['demo', 'other'])
})

it('of two names that an older version took, neither is used', async () => {
  const both = { a: location('etc-kolla'), b: location('etc-kolla') }
  await mkdir(state)
  await writeFile(join(state, 'clouds.yml'), JSON.stringify(both))
  await expect(registerCloud(state, 'a', location('etc-kolla'))).rejects.toThrow(
    'is the cloud b, not a',
  )
})

it.each(['constructor', '__proto__', 'toString'])(
  'knows %s only once it is registered',
  async (name) => {
    expect((await readClouds(state))[name]).toBeUndefined()
    await registerCloud(state, 'demo', location('etc-kolla'))
    expect((await readClouds(state))[name]).toBeUndefined()
  },
)

it('knows what is registered, whatever it is called', async () => {
  await registerCloud(state, 'constructor', location('etc-kolla'))
  await registerCloud(state, 'Wolke Süd 1', location('elsewhere'))
  const clouds = await readClouds(state)
  expect(Object.keys(clouds)).toEqual(['constructor', 'Wolke Süd 1'])
  expect(clouds['constructor']).toEqual(location('etc-kolla'))
})

it.each(['../x', 'a/b', '.hidden', '', 'a\nb', '..'])('refuses the name %j', async (name) => {
  await expect(registerCloud(state, name, location('etc-kolla'))).rejects.toThrow(
    "can't be a cloud's name",
  )
})
