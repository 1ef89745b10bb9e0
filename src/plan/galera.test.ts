import { describe, expect, it } from 'vitest'
import { chooseFirstMember } from './galera.js'
import type { GaleraMember } from './galera.js'

const member = (host: string, state: Partial<GaleraMember> = {}): GaleraMember => ({
  host,
  data: 'none',
  running: false,
  synced: false,
  seqno: -1,
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
      member('kolla2', { data: 'complete', running: true }),
    ]
    expect(chooseFirstMember(members)).toEqual({ action: 'await', host: 'kolla2' })
  })
})
