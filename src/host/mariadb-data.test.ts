import { describe, expect, it } from 'vitest'
import { parseNote } from './mariadb-data.js'

describe('the note of a backup', () => {
  const note = [
    'id=20261123T094000Z-full',
    'base=',
    'at=2026-11-23T09:40:03Z',
    'version=10.11.14',
    'image=192.168.8.73:5000/kolla/mariadb-server:2025.2',
    'lineage=abc=',
    'bytes=4096',
  ]

  it('of a full one names no base', () => {
    expect(parseNote('kolla1', note.join('\n'))).toEqual({
      id: '20261123T094000Z-full',
      host: 'kolla1',
      kind: 'full',
      at: '2026-11-23T09:40:03Z',
      version: '10.11.14',
      image: '192.168.8.73:5000/kolla/mariadb-server:2025.2',
      lineage: 'abc=',
      bytes: 4096,
    })
  })

  it('of an incremental one does', () => {
    const text = note.join('\n').replace('base=', 'base=20261122T094000Z-full')
    expect(parseNote('kolla1', text)).toMatchObject({
      kind: 'incremental',
      base: '20261122T094000Z-full',
    })
  })
})
