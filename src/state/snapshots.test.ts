import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Snapshots } from './snapshots.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(folder, { recursive: true }))

const keep = (snapshots: Snapshots, count: number) =>
  Array.from({ length: count }).reduce<Promise<string>>(
    (before, _, index) =>
      before.then(() => snapshots.keepFound({ hosts: [], images: { cron: String(index) } })),
    Promise.resolve(''),
  )

it('keeps the last fifty', async () => {
  const snapshots = new Snapshots(folder, 'demo')
  const last = await keep(snapshots, 55)
  expect(await snapshots.found(last)).toEqual({ hosts: [], images: { cron: '54' } })
  expect(await readdir(join(folder, 'clouds', 'demo', 'found'))).toHaveLength(50)
})

it('does not mind a file that another run takes away meanwhile', async () => {
  const snapshots = new Snapshots(folder, 'demo')
  await keep(snapshots, 1)
  // It is listed, and then it is not there.
  await symlink('nowhere', join(folder, 'clouds', 'demo', 'found', 'a.json.1f'))
  await expect(keep(snapshots, 55)).resolves.toBeTruthy()
})
