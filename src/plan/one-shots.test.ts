import { expect, it } from 'vitest'
import { formerLabels, oneShotChanges } from './one-shots.js'
import type { WantedOneShots } from './one-shots.js'
import { desired, observedHost, running } from './testing.js'

const wanted: WantedOneShots = {
  service: 'glance',
  host: 'kolla1',
  digests: { databases: 'd1', schema: 's1', identity: 'i1' },
}
const noted = (notes: Readonly<Record<string, string>>, host = 'kolla1') =>
  oneShotChanges([wanted], [observedHost(host, { oneShots: notes })]).map(
    ({ container, reasons }) => `${container}: ${reasons.join()}`,
  )
const all = { 'glance/databases': 'd1', 'glance/schema': 's1', 'glance/identity': 'i1' }

it('are due where the host of the first member has no note of them', () => {
  const everything = ['databases', 'schema', 'identity'].map((kind) => `${kind}: not done yet`)
  expect(noted({})).toEqual(everything)
  expect(noted(all, 'kolla2')).toEqual(everything)
  expect(noted({ 'heat/databases': 'd1' })).toEqual(everything)
})

it('are due again, each alone, when what they take has changed', () => {
  expect(noted({ ...all, 'glance/identity': 'i0' })).toEqual(['identity: changed'])
  expect(noted(all)).toEqual([])
})

it('stop no container, and tell what does not work when they are run again', () => {
  const interruption = 'a port changes its bridge'
  const change = (oneShots: Readonly<Record<string, string>>) =>
    oneShotChanges([{ ...wanted, interruption }], [observedHost('kolla1', { oneShots })])[0]
  const first = change({})
  expect(first).toMatchObject({ host: 'kolla1', action: 'bootstrap', interrupts: false })
  expect(first).not.toHaveProperty('interruption')
  const again = change({ ...all, 'glance/schema': 's0' })
  expect(again).toMatchObject({ action: 'bootstrap', interrupts: false, interruption })
})

it('count as done where a container of an older version of ours tells so by its labels', () => {
  const labels = formerLabels('sha256:new', 'b1')
  const container = running(desired())
  const former = { ...container, labels: { ...container.labels, ...labels } }
  const due = (found: typeof container) =>
    oneShotChanges([{ ...wanted, labels }], [observedHost('kolla2', { containers: [found] })])
  expect(due(former)).toEqual([])
  expect(due(container)).toHaveLength(3)
  const otherwise = { ...former, labels: { ...former.labels, ...formerLabels('sha256:new', 'b0') } }
  expect(due(otherwise)).toHaveLength(3)
})
