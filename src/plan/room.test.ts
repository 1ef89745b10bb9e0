import { expect, it } from 'vitest'
import { checkRoom } from './room.js'

const disk = { root: '/var/lib/docker', freeBytes: 3 * 2 ** 30 }
const images = { what: 'the images', bytes: 2 * 2 ** 30 }
const backup = { what: 'the backup', bytes: 1.5 * 2 ** 30 }

it('has room for each alone, and for nothing', () => {
  expect(checkRoom('kolla1', [images], disk)).toEqual([])
  expect(checkRoom('kolla1', [backup], disk)).toEqual([])
  expect(checkRoom('kolla1', [], disk)).toEqual([])
})

it('names host, need and what is free where all together have none', () => {
  expect(checkRoom('kolla1', [images, backup], disk)).toMatchObject([
    {
      severity: 'error',
      host: 'kolla1',
      message: expect.stringMatching(
        /^the images \(2\.0 GiB\) and the backup \(1\.5 GiB\) need 3\.5 GiB and \/var\/lib\/docker has 3\.0 GiB free/,
      ) as string,
    },
  ])
})

it('leaves out what needs nothing', () => {
  const [finding] = checkRoom(
    'kolla1',
    [
      { ...images, bytes: 4 * 2 ** 30 },
      { ...backup, bytes: 0 },
    ],
    disk,
  )
  expect(finding?.message).toMatch(/^the images need 4\.0 GiB and/)
})
