import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Change } from '../../src/plan/change.js'
import { Run } from '../run.js'
import { Stages } from '../stages.js'
import { step } from '../steps.js'
import { novaCell } from './nova-cell.js'

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  patched: () => true,
  setCurrentDetails: () => undefined,
}))
vi.mock('../steps.js', () => ({ step: vi.fn() }))

const hosts = ['kolla1', 'kolla2', 'kolla3']
const busy = new Set<string>()
beforeEach(() => {
  busy.clear()
  vi.mocked(step).mockReset()
  vi.mocked(step).mockImplementation(((verb: string, where: string) =>
    Promise.resolve(verb === 'awaitMachines' && busy.has(where) ? ['vm-a'] : [])) as never)
})

/** An upgrade that has replaced the containers of some hosts. Machines run on the last two. */
function upgradeOf(replaced: readonly string[]): Run {
  const services = { nova: 'nova_api', 'nova-cell': 'nova_compute' }
  const changes = replaced.flatMap((host) =>
    Object.entries(services).map(([service, container]): Change => {
      return { host, service, container, action: 'replace', interrupts: true, reasons: [] }
    }),
  )
  const nothing = { oneShots: {}, standby: [], cephClients: [], findings: [], pulls: [] }
  const members = { nova: ['kolla1'], 'nova-cell': hosts }
  const machines = { hosts: ['kolla2', 'kolla3'], carriers: [] }
  const plan = { ref: { cloud: 'demo', files: 'f' }, changes, members, machines, ...nothing }
  return new Run(plan, new Stages())
}

/** `restartPinned kolla1 nova`, `awaitMachines kolla2` */
const done = () =>
  vi.mocked(step).mock.calls.map(([verb, where]) => `${verb} ${where.replace(' · ', ' ')}`)

describe('the end of an upgrade of Nova', () => {
  it('has what was replaced begin again, where nothing is done with machines', async () => {
    await novaCell.finish?.(upgradeOf(hosts))
    expect(done()).toEqual([
      'restartPinned kolla1 nova',
      'restartPinned kolla1 nova-cell',
      ...['kolla2', 'kolla3'].flatMap((host) => [
        `awaitMachines ${host}`,
        `restartPinned ${host} nova-cell`,
      ]),
    ])
  })

  it('has those begin again, too, that an earlier run has replaced', async () => {
    const run = upgradeOf(['kolla3'])
    run.isResumed = true
    await novaCell.finish?.(run)
    expect(done().filter((it) => it.startsWith('restartPinned'))).toEqual([
      'restartPinned kolla1 nova',
      ...hosts.map((host) => `restartPinned ${host} nova-cell`),
    ])
  })

  it('leaves a host alone where something does not come to an end, and says so', async () => {
    busy.add('kolla2')
    const run = upgradeOf(hosts)
    await novaCell.finish?.(run)
    expect(done()).not.toContain('restartPinned kolla2 nova-cell')
    expect(done()).toContain('restartPinned kolla3 nova-cell')
    expect(run.findings.map(({ host, message }) => [host, message])).toEqual([
      [
        'kolla2',
        expect.stringContaining('after 30 minutes something is still being done') as string,
      ],
    ])
  })
})
