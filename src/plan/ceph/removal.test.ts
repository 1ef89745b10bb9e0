import { expect, it } from 'vitest'
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
const usage = (used: number) => ({
  nodes: [0, 1, 2, 3].map((id) => ({ id, kb: 10 * 2 ** 20, kb_used: used * 2 ** 20 })),
})
const pools = [{ pool_name: 'images', size: 3 }]

it('lets an OSD go whose host has another', () => {
  const tree = { nodes: [host(-1, 0, 3), host(-2, 1), host(-3, 2), osd(0), osd(1), osd(2), osd(3)] }
  expect(whyKept(3, { tree, usage: usage(1), pools })).toBeUndefined()
})

it('keeps one without which copies would have no host', () => {
  const tree = { nodes: [host(-1, 0), host(-2, 1), host(-3, 2, 3), osd(0), osd(1), osd(2), osd(3)] }
  expect(whyKept(0, { tree, usage: usage(1), pools })).toMatch(
    /^without osd\.0 only 2 hosts have OSDs that are up, and the pool images keeps 3 copies/,
  )
  const out = { nodes: [...tree.nodes.slice(0, 6), osd(3, { reweight: 0 })] }
  expect(whyKept(2, { tree: out, usage: usage(1), pools })).toMatch(/only 2 hosts/)
})

it('keeps one whose data has no room elsewhere', () => {
  const tree = { nodes: [host(-1, 0, 3), host(-2, 1), host(-3, 2), osd(0), osd(1), osd(2), osd(3)] }
  expect(whyKept(3, { tree, usage: usage(7), pools })).toBe(
    'the other OSDs have room for 25.5 GiB, and 28.0 GiB are used: add a disk first',
  )
})
