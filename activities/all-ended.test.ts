import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { allEnded } from './all-ended.js'

it('returns what all of them return', async () => {
  expect(await allEnded([Promise.resolve(1), sleep(1, 2)])).toEqual([1, 2])
})

it('throws the first failure, and not before everything has ended', async () => {
  let ended = false
  const slow = sleep(20).then(() => (ended = true))
  const works = [slow, Promise.reject(new Error('first')), Promise.reject(new Error('second'))]
  await expect(allEnded(works)).rejects.toThrow('first')
  expect(ended).toBe(true)
})
