import { describe, expect, it } from 'vitest'
import { testCloud } from '../catalog/testing/cloud.js'
import type { ObservedDatabase, ObservedHost } from '../model/observed-host.js'
import { checkData, checkNoTraces } from './check-data.js'
import { checkVolumes } from './check-volumes.js'
import { label } from './desired.js'
import type { ReleaseSummary } from './release-record.js'
import { desired, observedHost, running } from './testing.js'

const database = (changes: Partial<ObservedDatabase> = {}): ObservedDatabase => ({
  ...{ data: 'none', view: false, cluster: '', restored: '' },
  ...{ setAside: [], backups: [], prepared: '' },
  ...changes,
})
const host = (
  name: string,
  kept: Partial<ObservedDatabase> = {},
  more: Partial<ObservedHost> = {},
) => observedHost(name, { database: database(kept), ...more })
/** A host of the inventory that is in no group of the control plane. */
const apart = (kept: Partial<ObservedDatabase>) => {
  const seen = host('kolla1', kept)
  return { ...seen, facts: { ...seen.facts, name: 'kollar' } }
}
const bare = ['kolla1', 'kolla2', 'kolla3'].map((name) => host(name))
const backup = { id: 'b1', host: 'kolla1' }
const record = { id: '2025.2-x', backup } as ReleaseSummary
const check = (observed: readonly ObservedHost[], records: readonly ReleaseSummary[] = []) =>
  checkData(testCloud(), observed, records)
const keystone = running(desired({ name: 'keystone', service: 'keystone' }))
const oneShot = running(desired(), {
  name: 'bootstrap_mariadb',
  labels: { [label.cloud]: 'demo', [label.oneShot]: 'x' },
})

describe('an empty database is made', () => {
  it.each([
    ['on bare hosts', bare],
    [
      'where that was begun already',
      [host('kolla1', { data: 'unfinished' }, { containers: [oneShot] })],
    ],
  ])('%s', (_case, observed) => {
    expect(check(observed)).toEqual([])
  })
})

describe('no empty database is made where', () => {
  it.each([
    [
      'a member has one that was set aside',
      host('kolla2', { setAside: ['turn1'] }),
      /mariadb_replaced.*turn1/,
    ],
    ['a host has backups', apart({ backups: ['b1', 'b2'] }), /mariadb_backup.*b1, b2/],
    ['one is prepared', host('kolla2', { prepared: 'b1' }), /mariadb_prepared.*b1/],
    [
      'a container worked with one',
      host('kolla3', {}, { containers: [keystone] }),
      /containers keystone/,
    ],
    ['a host that left the group has it', apart({ data: 'complete' }), /no host of the group/],
  ])('%s', (_case, seen, message) => {
    const [finding, ...more] = check([...bare, seen])
    expect(finding).toMatchObject({ severity: 'error', host: seen.facts.name })
    expect(finding?.message).toMatch(message)
    expect(more).toEqual([])
  })

  it('a release record names a backup of one', () => {
    const [finding] = check(bare, [record])
    expect(finding?.message).toMatch(/^the release record 2025.2-x names a backup .*b1 on kolla1/)
    expect(check(bare, [{ id: '2025.2-x' } as ReleaseSummary])).toEqual([])
  })
})

it('nothing of that matters while a member holds the database', () => {
  const kept = { setAside: ['t'], backups: ['b1'] }
  const observed = [host('kolla1', { data: 'complete' }), host('kolla2', kept)]
  expect(check(observed, [record])).toEqual([])
})

it('members of parted histories are named', () => {
  const of = (name: string, cluster: string) => host(name, { data: 'complete', cluster })
  const found = check([of('kolla1', 'a'), of('kolla2', 'b'), of('kolla3', 'b')])
  expect(found.map((finding) => finding.host)).toEqual(['kolla1'])
})

it("of parted histories the one that serves is the cloud's, whatever was restored or most hold", () => {
  const serves = { data: 'complete', cluster: 'a', view: true } as const
  const restored = { data: 'complete', restored: 'b1' } as const
  const found = check([
    host('kolla1', serves, { containers: [running()] }),
    host('kolla2', restored),
    host('kolla3', { data: 'complete', cluster: 'b', view: true }),
  ])
  expect(found.map((finding) => finding.host)).toEqual(['kolla2', 'kolla3'])
})

it('a volume that Docker mounts for containers alone is named with its options', () => {
  const mounted = { mariadb: 'local {"type":"nfs"}' }
  expect(checkVolumes([observedHost('kolla1'), observedHost('kolla2', { mounted })])).toMatchObject(
    [{ severity: 'error', host: 'kolla2', message: expect.stringContaining('"nfs"') as string }],
  )
})

it('the members alone are looked at again before it is made', () => {
  const member = (name: string, kept: Partial<ObservedDatabase>) => ({
    host: name,
    ...database(kept),
  })
  expect(checkNoTraces([member('kolla1', {}), member('kolla2', {})])).toEqual([])
  const found = checkNoTraces([member('kolla1', {}), member('kolla2', { setAside: ['turn1'] })])
  expect(found.map(({ host: name }) => name)).toEqual(['kolla2'])
})
