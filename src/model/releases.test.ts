import { describe, expect, it } from 'vitest'
import { upgradeProblem } from './releases.js'

describe('upgradeProblem', () => {
  it.each([
    ['2025.2', '2026.1'],
    ['2025.1', '2026.1'],
    ['2026.1', '2026.1'],
  ])('lets %s → %s pass', (from, to) => {
    expect(upgradeProblem(from, to)).toBeUndefined()
  })

  it.each([
    ['2026.1', '2025.2', 'step back'],
    ['2024.2', '2026.1', 'upgrade to 2025.1 first'],
    ['2024.1', '2026.1', 'upgrade to 2024.2 first'],
    ['2025.2', '2031.1', 'must be one of 2025.2, 2026.1'],
  ])('refuses %s → %s', (from, to, reason) => {
    expect(upgradeProblem(from, to)).toContain(reason)
  })
})
