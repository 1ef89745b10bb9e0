import { describe, expect, it } from 'vitest'
import { planMonitors } from './monitors.js'
import type { MonitorHost } from './monitors.js'

const fsid = '11111111-1111-4111-8111-111111111111'
const other = '22222222-2222-4222-8222-222222222222'
const nothing = { made: false, joined: false, keys: 'none' } as const
const half = { made: true, fsid, joined: false, keys: 'complete' } as const
const whole = { made: true, fsid, joined: true, keys: 'complete' } as const

function hosts(...states: Omit<MonitorHost, 'host'>[]): MonitorHost[] {
  return states.map((state, index) => ({ host: `kolla${index + 1}`, ...state }))
}

describe('monitors', () => {
  it('are all made where none is', () => {
    expect(planMonitors(hosts(nothing, nothing, nothing), [], fsid)).toEqual({
      errors: [],
      make: ['kolla1', 'kolla2', 'kolla3'],
      joined: [],
      halfMade: [],
      withoutKeys: [],
    })
  })

  it('are left alone where they are', () => {
    const plan = planMonitors(hosts(whole, whole, whole), [{ host: 'kolla1', fsid }], fsid)
    expect(plan).toEqual({
      errors: [],
      make: [],
      joined: ['kolla1', 'kolla2', 'kolla3'],
      halfMade: [],
      withoutKeys: [],
    })
  })

  it('that never were in a quorum are made anew when nobody knows them', () => {
    expect(planMonitors(hosts(half, nothing, half), [], fsid)).toEqual({
      errors: [],
      make: ['kolla1', 'kolla2', 'kolla3'],
      joined: [],
      halfMade: ['kolla1', 'kolla3'],
      withoutKeys: [],
    })
  })

  it('of a run with another fsid, too, are made anew when nobody knows them', () => {
    const plan = planMonitors(hosts({ ...half, fsid: other }, nothing, nothing), [], fsid)
    expect(plan).toMatchObject({ errors: [], halfMade: ['kolla1'] })
  })

  it('whose keys a deploy that died has left broken are named', () => {
    const broken = { ...nothing, keys: 'broken' } as const
    const plan = planMonitors(hosts(broken, { ...half, keys: 'broken' }, nothing), [], fsid)
    expect(plan).toMatchObject({ errors: [], withoutKeys: ['kolla1', 'kolla2'] })
  })

  it('that were made while the others formed a quorum have only to join them', () => {
    expect(planMonitors(hosts(whole, whole, half), [], fsid)).toEqual({
      errors: [],
      make: [],
      joined: ['kolla1', 'kolla2'],
      halfMade: [],
      withoutKeys: [],
    })
  })

  it('join a cluster that lives', () => {
    const plan = planMonitors(hosts(whole, nothing, whole), [{ host: 'kolla1', fsid }], fsid)
    expect(plan).toEqual({
      errors: [],
      make: ['kolla2'],
      joined: ['kolla1', 'kolla3'],
      halfMade: [],
      withoutKeys: [],
    })
  })

  it.each([
    [
      'a half-made one whose cluster an OSD knows',
      hosts(half, nothing, nothing),
      [{ host: 'kolla2', fsid }],
      /kolla1 holds a half-made Ceph monitor .* an OSD on kolla2 belongs to: nothing is removed/,
    ],
    [
      'a half-made one whose cluster another monitor knows',
      hosts({ ...half, fsid: other }, { ...whole, fsid: other }, nothing),
      [],
      /kolla1 holds a half-made Ceph monitor .* the monitor on kolla2 belongs to/,
    ],
    [
      'OSDs whose monitors are gone',
      hosts(nothing, nothing, nothing),
      [{ host: 'kolla3', fsid }],
      /kolla3 holds an OSD of the cluster .*: nothing is begun anew/,
    ],
    [
      'another fsid than the cluster has',
      hosts({ ...whole, fsid: other }, nothing, nothing),
      [],
      /kolla1 holds a Ceph monitor of the cluster 2222.*one fsid for ever/,
    ],
    [
      'a monitor of somebody else',
      hosts({ made: true, joined: true, keys: 'none' }, nothing, nothing),
      [],
      /kolla1 holds a Ceph monitor that kolla-temporal did not make/,
    ],
    [
      'one of somebody else that looks half-made',
      hosts({ made: true, joined: false, keys: 'broken' }, nothing, nothing),
      [],
      /kolla1 holds a Ceph monitor that kolla-temporal did not make: it is left alone/,
    ],
    [
      'a cluster whose keys are lost',
      hosts({ ...whole, keys: 'broken' }, nothing, nothing),
      [],
      /kolla1 no monitor's host has the keys/,
    ],
  ])('stop at %s', (_, monitors, known, sentence) => {
    const { errors } = planMonitors(monitors, known, fsid)
    expect(errors.map(({ host, message }) => `${host} ${message}`).join('\n')).toMatch(sentence)
  })
})
