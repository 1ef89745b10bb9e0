import { describe, expect, it } from 'vitest'
import {
  canGoBack,
  describeDaemons,
  osdRelease,
  parseVersion,
  releasesOf,
  unsettled,
} from './release.js'
import type { SettlingStatus } from './release.js'

const pacific = 'ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable)'
const reef = 'ceph version 18.2.7 (6b0e988052ec84cf2d4a54ff9bbbc5e720b621ad) reef (stable)'
/** As `ceph versions` tells it in the middle of an upgrade. */
const versions = {
  mon: { [pacific]: 1, [reef]: 2 },
  mgr: { [reef]: 3 },
  osd: { [pacific]: 4, [reef]: 2 },
  overall: { [pacific]: 5, [reef]: 7 },
}

it.each([
  [pacific, '16.2.15', 'pacific'],
  [reef, '18.2.7', 'reef'],
  ['ceph version 18.2.7+ds-1 (6b0e9) reef (stable)', '18.2.7', 'reef'],
  ['nonsense', '', ''],
])('parseVersion reads %s', (text, version, name) => {
  expect(parseVersion(text)).toEqual({ version, name })
})

it('a cluster between two releases is of the older one', () => {
  const releases = releasesOf(versions, 16)
  expect(releases.version).toBe('16.2.15')
  expect(describeDaemons(releases)).toBe('2 mon, 3 mgr, 2 osd of 18.2.7; 1 mon, 4 osd of 16.2.15')
})

describe('canGoBack', () => {
  it.each([
    ['while one monitor is old', 16, [pacific], '16.2.15', true],
    ['not when Ceph keeps the old ones out', 18, [pacific], '16.2.15', false],
    ['not when an OSD is of the newer one', 16, [pacific, reef], '16.2.15', false],
    ['within a major release', 18, [reef], '18.2.4', true],
    ['not to a record without Ceph', 18, [reef], '', false],
  ])('%s', (_case, least, osds, recorded, back) => {
    const osd = Object.fromEntries(osds.map((version) => [version, 1]))
    expect(canGoBack(releasesOf({ ...versions, osd }, least), recorded)).toBe(back)
  })
})

describe('osdRelease', () => {
  it('is what all OSDs have reached', () => {
    expect(osdRelease({ osd: { [reef]: 6 } }, 'pacific')).toBe('reef')
  })

  it.each([
    ['they differ', versions, 'pacific'],
    ['it is required already', { osd: { [reef]: 6 } }, 'reef'],
    ['there are none', { osd: {} }, 'pacific'],
  ])('is none where %s', (_case, found, required) => {
    expect(osdRelease(found, required)).toBeUndefined()
  })
})

describe('unsettled', () => {
  const settled: SettlingStatus = {
    health: { status: 'HEALTH_WARN' },
    quorum_names: ['a', 'b', 'c'],
    mgrmap: { available: true },
    osdmap: { num_up_osds: 6, num_in_osds: 6 },
    pgmap: {
      num_pgs: 97,
      pgs_by_state: [
        { state_name: 'active+clean', count: 96 },
        { state_name: 'active+clean+scrubbing+deep', count: 1 },
      ],
    },
  }

  const inState = (state: string) => ({
    ...settled,
    pgmap: { num_pgs: 97, pgs_by_state: [{ state_name: state, count: 97 }] },
  })

  it('is nothing with warnings, scrubs or no data at all', () => {
    expect(unsettled(settled, 3)).toBe('')
    expect(unsettled({ ...settled, pgmap: { num_pgs: 0 } }, 3)).toBe('')
    expect(unsettled(inState('active+clean+scrubbing+deep+repair'), 3)).toBe('')
  })

  it('is nothing while whole copies move, which may take days, and all else that is not whole', () => {
    expect(unsettled(inState('active+remapped+backfilling'), 3)).toBe('')
    expect(unsettled(inState('active+remapped+backfill_wait'), 3)).toBe('')
    for (const state of ['active+undersized+degraded+remapped+backfilling', 'remapped+peering']) {
      expect(unsettled(inState(state), 3)).toBe(`97 PGs ${state}`)
    }
  })

  it('names everything that is still to come', () => {
    const status = {
      health: { status: 'HEALTH_ERR' },
      quorum_names: ['a', 'b'],
      mgrmap: { available: false },
      osdmap: { num_up_osds: 5, num_in_osds: 6 },
      pgmap: { num_pgs: 97, pgs_by_state: [{ state_name: 'active+undersized', count: 3 }] },
    }
    expect(unsettled(status, 3)).toBe(
      '2 of 3 monitors in quorum, no manager is active, 1 OSDs down, 3 PGs active+undersized, HEALTH_ERR',
    )
  })
})
