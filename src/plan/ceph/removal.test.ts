import { describe, expect, it } from 'vitest'
import { whyKept } from './removal.js'

const osd = (id: number, more = {}) => ({
  id,
  name: `osd.${id}`,
  type: 'osd',
  status: 'up',
  reweight: 1,
  ...more,
})
const host = (id: number, ...children: number[]) => ({
  id,
  name: `kolla${-id}`,
  type: 'host',
  children,
})
const usage = (used: number, count = 4) => ({
  nodes: Array.from({ length: count }, (_, id) => ({
    id,
    kb: 10 * 2 ** 20,
    kb_used: used * 2 ** 20,
  })),
})
const pools = [{ pool_name: 'images', size: 3, crush_rule: 0 }]
const rule = (type: string) => ({
  rule_id: 0,
  steps: [{ op: 'take' }, { op: 'chooseleaf_firstn', type }, { op: 'emit' }],
})
const rules = [rule('host')]

it('lets an OSD go whose host has another', () => {
  const tree = { nodes: [host(-1, 0, 3), host(-2, 1), host(-3, 2), osd(0), osd(1), osd(2), osd(3)] }
  expect(whyKept(3, { tree, usage: usage(1), pools, rules })).toBeUndefined()
})

it('keeps one without which copies would have no host', () => {
  const tree = { nodes: [host(-1, 0), host(-2, 1), host(-3, 2, 3), osd(0), osd(1), osd(2), osd(3)] }
  expect(whyKept(0, { tree, usage: usage(1), pools, rules })).toMatch(
    /^without osd\.0 only 2 hosts have OSDs that are up, and the pool images keeps 3 copies/,
  )
  const out = { nodes: [...tree.nodes.slice(0, 6), osd(3, { reweight: 0 })] }
  expect(whyKept(2, { tree: out, usage: usage(1), pools, rules })).toMatch(/only 2 hosts/)
})

it('keeps one whose data has no room elsewhere', () => {
  const tree = { nodes: [0, 1, 2, 3].flatMap((it) => [host(-1 - it, it), osd(it)]) }
  expect(whyKept(3, { tree, usage: usage(7), pools, rules })).toBe(
    'the other OSDs have room for 25.5 GiB, and 28.0 GiB are used: add a disk first',
  )
})

describe('where every host holds a copy of all', () => {
  const two = [
    host(-1, 0, 3),
    host(-2, 1, 4),
    host(-3, 2, 5),
    ...[0, 1, 2, 3, 4, 5].map((id) => osd(id)),
  ]

  it('keeps an OSD whose data has no room on its own host', () => {
    expect(whyKept(4, { tree: { nodes: two }, usage: usage(6, 6), pools, rules })).toBe(
      'the other OSDs of kolla2 have room for 8.5 GiB, and 12.0 GiB are used there, one of all copies: add a disk there first',
    )
    expect(whyKept(4, { tree: { nodes: two }, usage: usage(4, 6), pools, rules })).toBeUndefined()
  })

  it('lets it go to other hosts where there are more of them than copies', () => {
    const tree = { nodes: [...two, host(-4, 6, 7), osd(6), osd(7)] }
    expect(whyKept(4, { tree, usage: usage(6, 8), pools, rules })).toBeUndefined()
  })
})

describe('where each copy is only on another OSD', () => {
  const tree = { nodes: [host(-1, 0, 1, 2, 3), osd(0), osd(1), osd(2), osd(3)] }

  it('lets one go that leaves enough OSDs on whatever hosts', () => {
    const free = { tree, usage: usage(1), pools, rules: [rule('osd')] }
    expect(whyKept(0, free)).toBeUndefined()
    expect(whyKept(0, { ...free, rules: [{ ...rule('osd'), rule_id: 1 }] })).toMatch(/only 1 hosts/)
  })

  it('keeps one without which they would be too few', () => {
    const nodes = [...tree.nodes.slice(0, 4), osd(3, { status: 'down' })]
    expect(whyKept(0, { tree: { nodes }, usage: usage(1), pools, rules: [rule('osd')] })).toBe(
      'without osd.0 only 2 OSDs are up, and the pool images keeps 3 copies on as many OSDs: add a disk first',
    )
  })
})
