import { describe, expect, it } from 'vitest'
import { planFernetKeys } from './fernet-keys.js'
import { maxActiveKeys, rotationTimes } from './fernet-schedule.js'
import { testCloud } from './testing/cloud.js'

const day = 86400

describe('rotation', () => {
  it.each<[string, number, number, number, string[]]>([
    ['every three days, first of three', 3 * day, 0, 3, ['0 0 * * 0']],
    ['every three days, second of three', 3 * day, 1, 3, ['0 0 * * 3']],
    ['every three days, third of three: no turn fits the week', 3 * day, 2, 3, []],
    ['every day, second of two', day, 1, 2, ['0 0 * * 1', '0 0 * * 3', '0 0 * * 5']],
    ['every 12 hours, alone', day / 2, 0, 1, ['0 0 * * *', '0 12 * * *']],
    [
      'every 36 hours, alone',
      1.5 * day,
      0,
      1,
      ['0 0 * * 0', '0 12 * * 1', '0 0 * * 3', '0 12 * * 4'],
    ],
    ['every 10 minutes, third of three', 600, 2, 3, ['20 * * * *', '50 * * * *']],
    ['less often than cron repeats', 30 * day, 0, 1, ['0 0 * * 0']],
  ])('%s', (_case, interval, member, members, times) => {
    expect(rotationTimes(interval, member, members)).toEqual(times)
  })

  it('keeps as many keys as tokens may need', () => {
    expect(maxActiveKeys(testCloud().globals)).toBe(3)
    expect(
      maxActiveKeys(testCloud({ globals: { fernet_key_rotation_interval: day } }).globals),
    ).toBe(5)
  })

  it('leaves no token without its key where an interval is taken as a week', () => {
    const fortnight = { fernet_token_expiry: 14 * day, fernet_key_rotation_interval: 16 * day }
    expect(maxActiveKeys(testCloud({ globals: fortnight }).globals)).toBe(5)
  })
})

describe('keys of all members', () => {
  const keys = (host: string, digest: string, ...names: string[]) => ({ host, names, digest })

  it.each([
    [
      'made once',
      [keys('a', '-'), keys('b', '-')],
      { source: 'a', create: true, receivers: ['b'] },
    ],
    [
      'given to a new member',
      [keys('a', '-'), keys('b', 'x', '0', '1')],
      { source: 'b', create: false, receivers: ['a'] },
    ],
    [
      'the same already',
      [keys('a', 'x', '0', '1'), keys('b', 'x', '0', '1')],
      { create: false, receivers: [] },
    ],
    [
      'the last rotated win',
      [keys('a', 'x', '0', '9'), keys('b', 'y', '0', '9', '10'), keys('c', 'y', '0', '9', '10')],
      { source: 'b', create: false, receivers: ['a'] },
    ],
    ['nobody', [], { create: false, receivers: [] }],
  ])('%s', (_case, members, plan) => {
    expect(planFernetKeys(members)).toEqual(plan)
  })
})
