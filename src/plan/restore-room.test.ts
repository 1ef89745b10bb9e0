import { describe, expect, it } from 'vitest'
import { roomToReplace } from './restore-room.js'

const gib = 2 ** 30
const what = { what: "the backup's data" }
const member = { host: 'kolla1', dataBytes: 2 * gib, freeBytes: 3 * gib }

describe('room to replace a database', () => {
  it('is for the largest of all members, on each', () => {
    expect(roomToReplace([member], what)).toEqual([])
    const larger = { ...member, host: 'kolla2', dataBytes: 4 * gib, freeBytes: 5 * gib }
    expect(roomToReplace([member, larger], what).map(({ host }) => host)).toEqual(['kolla1'])
  })

  it('is for the backup at least, where no member has data any more', () => {
    const bare = { ...member, dataBytes: 0 }
    expect(roomToReplace([bare], what)).toEqual([])
    expect(roomToReplace([bare], { ...what, bytes: 4 * gib })).toHaveLength(1)
  })

  it("is for today's, too, where it is set aside on another disk", () => {
    expect(roomToReplace([{ ...member, asideFreeBytes: 2 * gib }], what)).toEqual([])
    const [finding] = roomToReplace([{ ...member, asideFreeBytes: gib }], what)
    expect(finding?.message).toMatch(/^today's data, set aside, need.* mariadb_replaced has 1\.0/)
  })

  it('can be made by removing what was set aside before, and says so', () => {
    const full = { ...member, freeBytes: gib }
    expect(roomToReplace([full], what)[0]?.message).not.toContain('set aside earlier')
    expect(roomToReplace([{ ...full, asideBytes: 3 * gib }], what)[0]?.message).toMatch(
      /what was set aside earlier takes 3\.0 GiB in the volume mariadb_replaced: remove/,
    )
  })
})
