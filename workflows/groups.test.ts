import { expect, it } from 'vitest'
import { grouped } from './groups.js'

it('keeps the order and has no more hosts in a group than it may', () => {
  expect(grouped([['a'], ['b'], ['c'], ['d'], ['e']], 2)).toEqual([
    [['a'], ['b']],
    [['c'], ['d']],
    [['e']],
  ])
})

it('tears no batch apart', () => {
  expect(grouped([['a'], ['b', 'c'], ['d', 'e', 'f', 'g'], ['h']], 3)).toEqual([
    [['a'], ['b', 'c']],
    [['d', 'e', 'f', 'g']],
    [['h']],
  ])
})

it('is one group of a small cloud', () => {
  expect(grouped([['a'], ['b'], ['c']])).toHaveLength(1)
  expect(grouped([])).toEqual([])
})
