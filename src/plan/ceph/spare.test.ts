import { expect, it } from 'vitest'
import { sparesNone } from './spare.js'

const one = { size: 1, min_size: 1 }
const three = { size: 3, min_size: 2 }
const status = (states: Readonly<Record<string, number>>, more = {}) => ({
  mgrmap: { available: true },
  pgmap: {
    num_pgs: 33,
    pgs_by_state: Object.entries(states).map(([name, count]) => ({ state_name: name, count })),
  },
  ...more,
})
const clean = status({ 'active+clean': 32, 'active+clean+scrubbing+deep': 1 })

it.each([
  ['one copy', [one, one]],
  ['as many copies as are needed', [{ size: 2, min_size: 2 }, one]],
])('no OSD can ever be spared where every pool has %s and all is whole', (_, pools) => {
  expect(sparesNone(pools, clean)).toBe(true)
})

it.each([
  ['a pool has copies to spare', [one, three], clean],
  ['there is no pool', [], clean],
  ['data is out of reach', [one], status({ 'active+clean': 32, 'stale+active+clean': 1 })],
  ['copies are being made', [one], status({ 'active+clean': 32, 'active+recovering': 1 })],
  ['not all is counted', [one], status({ 'active+clean': 32 })],
  ['nobody counts', [one], { ...clean, mgrmap: { available: false } }],
])('it is worth waiting where %s', (_, pools, seen) => {
  expect(sparesNone(pools, seen)).toBe(false)
})
