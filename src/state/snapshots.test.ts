import { mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { testFacts } from '../catalog/testing/cloud.js'
import type { ObservedHost } from '../model/observed-host.js'
import { Snapshots } from './snapshots.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(folder, { recursive: true }))

const observed = (index: number, volumes: readonly string[] = []): ObservedHost => {
  const [facts = testFacts[0]] = testFacts.slice(index)
  if (!facts) throw new Error('the test cloud has no such host')
  return {
    facts,
    containers: [],
    images: {},
    volumes,
    listeners: [],
    configuration: {},
    oneShots: {},
  }
}

it('keeps what was observed, readable by its owner alone', async () => {
  const snapshots = new Snapshots(folder, 'demo')
  const digest = await snapshots.keepObserved(observed(1))
  expect(await snapshots.observed('kolla2', digest)).toEqual(observed(1))
  const kept = join(folder, 'clouds', 'demo', 'observed', 'kolla2')
  expect((await stat(kept)).mode & 0o777).toBe(0o700)
  expect((await stat(join(kept, `${digest}.json`))).mode & 0o777).toBe(0o600)
})

it('forgets the oldest of a host, whatever was kept of others', async () => {
  const snapshots = new Snapshots(folder, 'demo')
  const other = await snapshots.keepObserved(observed(0))
  const first = await snapshots.keepObserved(observed(1, ['volume-0']))
  for (let index = 1; index <= 50; index++) {
    await new Promise((resolve) => setTimeout(resolve, 2)) // told apart by their time
    await snapshots.keepObserved(observed(1, [`volume-${index}`]))
  }
  await expect(snapshots.observed('kolla2', first)).rejects.toThrow('ENOENT')
  expect(await readdir(join(folder, 'clouds', 'demo', 'observed', 'kolla2'))).toHaveLength(50)
  expect(await snapshots.observed('kolla1', other)).toEqual(observed(0))
})

const keep = (snapshots: Snapshots, count: number) =>
  Array.from({ length: count }).reduce<Promise<string>>(
    (before, _, index) =>
      before.then(() => snapshots.keepFound({ hosts: [], images: { cron: String(index) } })),
    Promise.resolve(''),
  )

it('does not mind a file that another run takes away meanwhile', async () => {
  const snapshots = new Snapshots(folder, 'demo')
  await keep(snapshots, 1)
  // It is listed, and then it is not there.
  await symlink('nowhere', join(folder, 'clouds', 'demo', 'found', 'a.json.1f'))
  await expect(keep(snapshots, 55)).resolves.toBeTruthy()
})

it.each(['../../../x', '..', 'a/b', '.x', ''])(
  'writes nothing beside its folder: %j',
  async (name) => {
    expect(() => new Snapshots(folder, name)).toThrow("can't be the name of a file")
    const observed = { facts: { ...testFacts[0], name } } as ObservedHost
    await expect(new Snapshots(folder, 'demo').keepObserved(observed)).rejects.toThrow(RangeError)
  },
)
