import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ReleaseRecord } from '../plan/release-record.js'
import { ReleaseRecords } from './release-records.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(folder, { recursive: true }))

const record = (id: string, at: string) =>
  ({ id, at, release: '2025.2', to: '2026.1', fernetKeys: 'secret', images: {} }) as ReleaseRecord

it('keeps records for their owner alone and lists them without secrets, latest first', async () => {
  const records = new ReleaseRecords(folder, 'demo')
  expect(await records.list()).toEqual([])
  await records.save(record('a', '2026-11-23T09:00:00Z'))
  await records.save(record('b', '2026-11-23T10:00:00Z'))
  expect((await records.list()).map(({ id }) => id)).toEqual(['b', 'a'])
  expect(JSON.stringify(await records.list())).not.toContain('secret')
  expect((await records.read('a'))?.fernetKeys).toBe('secret')
  const { mode } = await stat(join(folder, 'clouds', 'demo', 'releases', 'a.json'))
  expect(mode & 0o077).toBe(0)
})

it('knows no record that was removed, and none outside its folder', async () => {
  const records = new ReleaseRecords(folder, 'demo')
  await records.save(record('a', '2026-11-23T09:00:00Z'))
  expect(await records.read('../releases/a')).toBeUndefined()
  await records.remove('a')
  expect(await records.read('a')).toBeUndefined()
})
