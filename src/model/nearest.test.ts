import { describe, expect, it } from 'vitest'
import { nearest, nearestName } from './nearest.js'

describe('the nearest known name', () => {
  it.each([
    ['enable_keystome', ['enable_keystone', 'enable_nova'], 'enable_keystone'],
    ['contrl', ['control', 'compute'], 'control'],
    ['netwrok', ['network', 'control'], 'network'],
    ['vips', ['control', 'compute'], undefined],
    ['', ['a'], undefined],
  ])('%s', (name, known, expected) => {
    expect(nearestName(name, known)).toBe(expected)
  })

  it('is a question, or nothing', () => {
    expect(nearest('contrl', ['control'])).toBe(", did you mean 'control'?")
    expect(nearest('xyz', ['control'])).toBe('')
  })
})
