import { describe, expect, it } from 'vitest'
import { backupId, baseFor, chainOf, newest, unpackedBytes } from './backup.js'
import type { Backup } from './backup.js'

const backup = (id: string, changes: Partial<Backup> = {}): Backup => ({
  id,
  host: 'kolla1',
  kind: changes.base === undefined ? 'full' : 'incremental',
  at: `2026-11-23T09:0${id}:00Z`,
  version: '10.11.14',
  image: 'kolla/mariadb-server:2025.2',
  lineage: 'a',
  bytes: 1,
  ...changes,
})

const full = backup('1')
const first = backup('2', { base: '1' })
const second = backup('3', { base: '2' })

describe('backupId', () => {
  it('sorts by time', () => {
    expect(backupId('full', new Date('2026-11-23T09:40:00.123Z'))).toBe('20261123T094000Z-full')
  })
})

describe('chainOf', () => {
  it('begins with the full backup', () => {
    expect(chainOf([second, full, first], '3')).toEqual([full, first, second])
    expect(chainOf([full, first], '1')).toEqual([full])
  })

  it('names what there is instead of an unknown one', () => {
    expect(() => chainOf([full], '7')).toThrow('there is no backup 7: there are 1')
    expect(() => chainOf([], '7')).toThrow('none has been taken')
  })

  it('tells of a base that is gone, or lies on another host', () => {
    expect(() => chainOf([first], '2')).toThrow('2 continues 1, which kolla1 no longer has')
    const elsewhere = { ...full, host: 'kolla2' }
    expect(() => chainOf([elsewhere, first], '2')).toThrow('no longer has')
  })
})

describe('the size of a chain unpacked', () => {
  it('is that of the largest data that it was taken of', () => {
    const told = [
      { ...full, rawBytes: 60 },
      { ...first, rawBytes: 70 },
    ]
    expect(unpackedBytes(told)).toBe(70)
  })

  it('is what the backups themselves take, at least, where no note tells it', () => {
    expect(unpackedBytes([full, first, second])).toBe(3)
  })
})

describe('baseFor', () => {
  const member = { host: 'kolla1', version: '10.11.14', lineage: 'a' }

  it('is the last of the member', () => {
    expect(baseFor([first, full], member)).toBe(first)
  })

  it('is none after the data were replaced, the server was upgraded, or on another member', () => {
    expect(baseFor([full], { ...member, lineage: 'b' })).toBeUndefined()
    expect(baseFor([full], { ...member, version: '11.8.3' })).toBeUndefined()
    expect(baseFor([full], { ...member, host: 'kolla2' })).toBeUndefined()
  })
})

it("the newest is the one that was named last, whatever the hosts' clocks say of it", () => {
  const early = backup('20261122T094000Z-full', { at: '2031-01-01T00:00:00Z' })
  const late = backup('20261123T094000Z-full', { at: '1970-01-01T00:00:00Z', host: 'kolla2' })
  expect(newest([early, late])).toBe(late)
  expect(newest([late, early])).toBe(late)
  const member = { host: 'kolla1', version: '10.11.14', lineage: 'a' }
  const after = { ...late, host: 'kolla1' }
  expect(baseFor([after, early], member)).toBe(after)
})
