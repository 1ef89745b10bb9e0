import { expect, it, vi } from 'vitest'
import type { Change } from '../../src/plan/change.js'
import { Run } from '../run.js'
import { Stages } from '../stages.js'
import { step } from '../steps.js'
import { replaceOnHost } from './index.js'

vi.mock('../steps.js', () => ({ step: vi.fn(() => Promise.resolve()) }))

it('gives a container that goes on the files of the release that it is of', async () => {
  const change = (container: string, action: Change['action']): Change => {
    return { host: 'kolla1', service: 'glance', container, action, interrupts: false, reasons: [] }
  }
  const changes = [change('glance_api', 'write'), change('glance_other', 'replace')]
  const members = { glance: ['kolla1'] }
  const nothing = { oneShots: {}, standby: [], cephClients: [], findings: [], pulls: [] }
  const plan = { ref: { cloud: 'demo', files: 'f' }, changes, members, ...nothing }
  const run = new Run(plan, new Stages())
  await replaceOnHost(run, { name: 'glance', services: ['glance'] }, 'kolla1', 'older')
  const calls = vi.mocked(step).mock.calls.map(([verb, , , , names]) => [verb, names])
  expect(calls).toEqual([
    ['writeConfiguration', ['glance_api', 'glance_other']],
    ['startContainers', ['glance_other']],
  ])
})
