import { describe, expect, it } from 'vitest'
import { checkHistories, checkHistoriesBesides } from './galera-histories.js'
import type { HistoryHolder } from './galera-histories.js'

const [old, restored] = ['1111', '2222']
const member = (host: string, cluster = '', more: Partial<HistoryHolder> = {}): HistoryHolder => ({
  ...{ host, data: 'complete', cluster, restored: '' },
  ...more,
})
const named = (...members: HistoryHolder[]) => checkHistories(members).map(({ host }) => host)

describe('members of one history', () => {
  it.each([
    ['all tell the same', [member('kolla1', old), member('kolla2', old)]],
    ['one tells none, as while it copies', [member('kolla1', old), member('kolla2')]],
    ['nobody has any data', [member('kolla1', '', { data: 'none' })]],
    ['there is none but a restored one', [member('kolla1', '', { restored: 'b1' })]],
  ])('are fine where %s', (_case, members) => {
    expect(checkHistories(members)).toEqual([])
  })
})

describe('a member of another history', () => {
  it.each([
    ['serves', member('kolla1', restored, { synced: true }), 'which serves'],
    ['was restored', member('kolla1', restored, { restored: 'b1' }), 'which a restore has begun'],
    [
      'was restored and has not been begun with',
      member('kolla1', '', { restored: 'b1' }),
      'kolla1, which a restore has begun',
    ],
  ])('is refused even where most are of it and another %s', (_case, own, why) => {
    const findings = checkHistories([own, member('kolla2', old), member('kolla3', old)])
    expect(findings.map(({ host, severity }) => [host, severity])).toEqual([
      ['kolla2', 'error'],
      ['kolla3', 'error'],
    ])
    expect(findings[0]?.message).toContain(`another history (${old} on kolla2) than that of`)
    expect(findings[0]?.message).toContain(why)
    expect(findings[0]?.message).toContain('mariadb-rejoin HOST --confirm')
  })

  it('is the one that most members do not share, where nothing else tells', () => {
    expect(
      named(member('kolla1', old), member('kolla2', restored), member('kolla3', restored)),
    ).toEqual(['kolla1'])
  })

  it.each([
    ['as many are of either', [member('kolla1', old), member('kolla2', restored)]],
    [
      'both serve',
      [member('kolla1', old, { synced: true }), member('kolla2', restored, { synced: true })],
    ],
    [
      'both were restored',
      [member('kolla1', old, { restored: 'a' }), member('kolla2', restored, { restored: 'b' })],
    ],
  ])('is for a person to tell where %s', (_case, members) => {
    expect(named(...members)).toEqual(['kolla1', 'kolla2'])
    expect(checkHistories(members)[0]?.message).toContain(
      `has parted from another: ${old} on kolla1 and ${restored} on kolla2. Nothing tells`,
    )
  })
})

it('a replacement that was cut short is neither joined nor begun with', () => {
  const half = member('kolla2', old, { data: 'moving' })
  const [finding, ...more] = checkHistories([member('kolla1', old), half])
  expect(finding).toMatchObject({ severity: 'error', host: 'kolla2' })
  expect(finding?.message).toContain('run the same mariadb-restore or rollback again')
  expect(more).toEqual([])
})

describe('before a rollback that goes on with one that was ended', () => {
  const down = [
    { ...member('kolla2', old), running: false },
    { ...member('kolla3', '', { data: 'moving' }), running: false },
  ]
  const checked = (...members: Parameters<typeof checkHistoriesBesides>[1]) =>
    checkHistoriesBesides('b1', members).map(({ host }) => host)

  it('what members that are down hold is no hindrance: they copy the data that were put in place', () => {
    const first = { ...member('kolla1', restored, { restored: 'b1' }), running: true }
    expect(checked(first, ...down)).toEqual([])
  })

  it('that of one which runs is', () => {
    const first = { ...member('kolla1', restored, { restored: 'b1' }), running: true }
    expect(checked(first, { ...member('kolla2', old), running: true })).toEqual(['kolla2'])
  })

  it('so is that of all where the backup is not in place', () => {
    const first = { ...member('kolla1', restored, { restored: 'b0' }), running: true }
    expect(checked(first, ...down)).toEqual(['kolla3', 'kolla2'])
  })
})
