import { describe, expect, it } from 'vitest'
import type { ObservedHost } from '../model/observed-host.js'
import { chooseFirstMember, withGalera } from './galera.js'
import type { GaleraMember } from './galera.js'

const member = (host: string, state: Partial<GaleraMember> = {}): GaleraMember => ({
  ...{ host, data: 'none', running: false, synced: false, view: false, seqno: -1 },
  ...{ cluster: '', restored: '', setAside: [], backups: [], prepared: '' },
  ...state,
})

describe('chooseFirstMember', () => {
  it('leaves a cluster with a Synced member alone', () => {
    const members = [member('kolla1'), member('kolla2', { data: 'complete', synced: true })]
    expect(chooseFirstMember(members)).toEqual({ action: 'none', host: 'kolla2' })
  })

  it('bootstraps the first member when none holds data', () => {
    const members = [member('kolla1', { data: 'unfinished' }), member('kolla2')]
    expect(chooseFirstMember(members)).toEqual({ action: 'bootstrap', host: 'kolla1' })
  })

  it('never bootstraps where one member holds data', () => {
    const members = [member('kolla1'), member('kolla2', { data: 'complete', seqno: 7 })]
    expect(chooseFirstMember(members)).toEqual({ action: 'recover', host: 'kolla2' })
  })

  it('recovers from the newest transaction', () => {
    const members = [
      member('kolla1', { data: 'complete', seqno: 41 }),
      member('kolla2', { data: 'complete', seqno: 42 }),
      member('kolla3', { data: 'complete', seqno: 40 }),
    ]
    expect(chooseFirstMember(members)).toEqual({ action: 'recover', host: 'kolla2' })
  })

  it('gives running members the time to find each other', () => {
    const members = [
      member('kolla1', { data: 'complete', seqno: 9 }),
      member('kolla2', { data: 'complete', running: true, view: true }),
    ]
    expect(chooseFirstMember(members)).toEqual({ action: 'await', host: 'kolla2' })
  })

  it('gives one that serves the time to copy its data to another', () => {
    const members = [
      member('kolla1', { data: 'complete', seqno: 9 }),
      member('kolla2', { data: 'complete', running: true, serving: true }),
    ]
    expect(chooseFirstMember(members)).toEqual({ action: 'await', host: 'kolla2' })
  })

  it('gives none to members that have no view to find again', () => {
    const members = [
      member('kolla1', { data: 'complete', running: true, seqno: 9 }),
      member('kolla2', { data: 'complete', running: true, seqno: 8 }),
    ]
    expect(chooseFirstMember(members)).toEqual({ action: 'recover', host: 'kolla1' })
  })
})

describe('withGalera', () => {
  const observed = (host: string, galera?: ObservedHost['galera']) =>
    ({ facts: { name: host }, ...(galera && { galera }) }) as ObservedHost
  const inVain = [observed('kolla1', { view: false }), observed('kolla2', { view: false })]

  it('starts all members anew where none knows a view', () => {
    const reasons = ['no member serves: all were ended']
    expect(withGalera([], inVain)).toMatchObject([
      { host: 'kolla1', container: 'mariadb', action: 'restart', reasons },
      { host: 'kolla2', container: 'mariadb', action: 'restart', reasons },
    ])
  })

  it.each([
    ['one knows it', [...inVain, observed('kolla3', { view: true })]],
    ['one has no data and may yet join', [...inVain, observed('kolla3')]],
    ['there is but one', inVain.slice(1)],
  ])('changes nothing where %s', (_, members) => {
    expect(withGalera([], members)).toEqual([])
  })
})
