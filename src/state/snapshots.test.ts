import { mkdtemp, readdir, rm, stat, symlink, utimes } from 'node:fs/promises'
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

const longAgo = new Date(Date.now() - 7 * 24 * 60 * 60 * 1000)

/** As if it had not been used for a week. */
async function age(host: string, digest: string): Promise<void> {
  const file = join(folder, 'clouds', 'demo', 'observed', host, `${digest}.json`)
  await utimes(file, longAgo, longAgo)
}

async function observeOften(snapshots: Snapshots, count: number): Promise<void> {
  for (let index = 1; index <= count; index++) {
    await snapshots.keepObserved(observed(1, [`volume-${index}`]))
  }
}

it('forgets what is old of a host, whatever was kept of others', async () => {
  const snapshots = new Snapshots(folder, 'demo')
  const other = await snapshots.keepObserved(observed(0))
  await age('kolla1', other)
  const first = await snapshots.keepObserved(observed(1, ['volume-0']))
  await age('kolla2', first)
  await observeOften(snapshots, 50)
  await expect(snapshots.observed('kolla2', first)).rejects.toThrow('ENOENT')
  expect(await readdir(join(folder, 'clouds', 'demo', 'observed', 'kolla2'))).toHaveLength(50)
  expect(await snapshots.observed('kolla1', other)).toEqual(observed(0))
})

it('keeps what is young, however many there are', async () => {
  const snapshots = new Snapshots(folder, 'demo')
  const first = await snapshots.keepObserved(observed(1, ['volume-0']))
  await observeOften(snapshots, 60)
  expect(await snapshots.observed('kolla2', first)).toEqual(observed(1, ['volume-0']))
})

it('keeps what the run works from that holds the cloud, until another one does', async () => {
  const snapshots = new Snapshots(folder, 'demo')
  const first = await snapshots.keepObserved(observed(1, ['volume-0']))
  await age('kolla2', first)
  const held = (lock: string) => ({
    observed: [{ host: 'kolla2', digest: lock === 'old' ? first : 'none' }],
  })
  await Promise.all([
    new Snapshots(folder, 'demo').hold('old', { files: 'f' }),
    new Snapshots(folder, 'demo').hold('old', held('old')),
  ])
  await observeOften(snapshots, 60)
  expect(await snapshots.observed('kolla2', first)).toEqual(observed(1, ['volume-0']))
  await snapshots.hold('new', held('new'))
  await observeOften(snapshots, 61)
  await expect(snapshots.observed('kolla2', first)).rejects.toThrow('ENOENT')
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
