import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RememberedTimes } from './step-times.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
})
afterEach(() => rm(folder, { recursive: true }))

const time = (seconds: number) => ({ seconds, hosts: 3, at: '2026-11-25T10:00:00Z' })

it('keeps the last time of each part, by operation', async () => {
  const times = new RememberedTimes(folder, 'demo')
  expect(await times.of('upgrade')).toEqual({})
  await times.remember('upgrade', { 'Pull images': time(40), Verify: time(5) })
  await times.remember('rollback', { Verify: time(9) })
  await times.remember('upgrade', { Verify: time(6) })
  expect(await times.of('upgrade')).toEqual({ 'Pull images': time(40), Verify: time(6) })
  expect(await new RememberedTimes(folder, 'demo').of('rollback')).toEqual({ Verify: time(9) })
})

it('begins anew where the file can not be read', async () => {
  const times = new RememberedTimes(folder, 'demo')
  await times.remember('upgrade', { Verify: time(6) })
  await writeFile(join(folder, 'clouds', 'demo', 'times.json'), '{"upgrade":')
  expect(await times.of('upgrade')).toEqual({})
})
