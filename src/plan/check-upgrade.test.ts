import { describe, expect, it } from 'vitest'
import { isUnfinished, runningReleases, upgradeStart } from './check-upgrade.js'
import type { ReleaseSummary } from './release-record.js'
import { desired, observedHost, running } from './testing.js'

const record = {
  id: '2025.2-20261123T094000Z',
  release: '2025.2',
  to: '2026.1',
} as ReleaseSummary

describe('upgradeStart', () => {
  it('is the release that runs', () => {
    expect(upgradeStart(['2025.2'], '2026.1', [])).toEqual({ from: '2025.2' })
  })

  it('finishes an upgrade that did not come to its end', () => {
    expect(upgradeStart(['2025.2', '2026.1'], '2026.1', [record])).toEqual({
      from: '2025.2',
      record,
    })
  })

  it.each<[string, string[], string, ReleaseSummary[], string]>([
    ['nothing', [], '2026.1', [], 'deploy it first'],
    ['a step back', ['2026.1'], '2025.2', [], 'use rollback'],
    ['a mixed cloud without a record', ['2025.2', '2026.1'], '2026.1', [], 'no release record'],
    [
      'a mixed cloud that was going elsewhere',
      ['2025.2', '2026.1'],
      '2025.2',
      [record],
      'finish it (upgrade to 2026.1) or roll back to 2025.2-20261123T094000Z',
    ],
  ])('refuses %s', (_case, found, to, records, reason) => {
    expect(upgradeStart(found, to, records)).toMatchObject({
      severity: 'error',
      message: expect.stringContaining(reason) as string,
    })
  })
})

describe('an upgrade of which no container tells any more', () => {
  const records = [{ to: '2026.1', at: '2026-11-23T10:00:00Z' }]
  const finished = (at: string) => ({ 'Finish the upgrade': { seconds: 9, at } })

  it.each([
    ['was ended before it had finished', records, {}, true],
    ['was, where an earlier one finished', records, finished('2026-06-01T10:00:00Z'), true],
    ['has finished', records, finished('2026-11-23T11:00:00Z'), false],
    ['went to another release', [{ ...records[0], to: '2025.2', at: '' }], {}, false],
    ['never was', [], {}, false],
  ])('%s', (_case, known, times, unfinished) => {
    expect(isUnfinished('2026.1', known, times)).toBe(unfinished)
  })
})

it('runningReleases looks at the containers of this cloud alone', () => {
  const ours = running()
  const old = running(desired({ release: '2025.2', name: 'cron' }))
  const others = { ...running(desired({ release: '2024.1' })), labels: {} }
  const next = { ...running(desired({ release: '2027.1' })), name: 'keystone.next' }
  const hosts = [observedHost('kolla1', { containers: [ours, old, others, next] })]
  expect(runningReleases('demo', hosts)).toEqual(['2025.2', '2026.1'])
  expect(runningReleases('other', hosts)).toEqual([])
})
