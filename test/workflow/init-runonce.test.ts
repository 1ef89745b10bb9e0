import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fakeActivities } from '../support/fake-activities.js'
import { WorkflowEnvironment } from '../support/workflow-environment.js'

const cloud = 'demo'
let environment: WorkflowEnvironment
beforeAll(async () => {
  environment = await WorkflowEnvironment.start()
})
afterAll(() => environment.stop())

const made = (what: string) => ({ what, state: 'made' as const })
const fakes = {
  prepareRunonce: (_ref: unknown, _input: unknown, buildHost?: string) => buildHost,
  provideRunonceImage: () => ({ what: 'image guest', state: 'found' as const }),
  createRunonceNetworks: () => [
    made('network public1'),
    { what: 'subnet demo-subnet', state: 'found' as const, differs: 'cidr is a, not b' },
  ],
  createRunonceAccess: () => [made('key pair mykey')],
  createRunonceFlavors: () => [made('flavor m1.nano')],
  bootRunonceServer: () => made('server demo1'),
  giveRunonceAddress: () => '10.0.2.150',
}

describe('init-runonce', () => {
  it('makes what a first machine needs, names what differs, and says how to boot one', async () => {
    const { activities, calls } = fakeActivities(fakes)
    const input = { cloud, publicKey: 'ssh-ed25519 AAAA', image: '/srv/guest.raw' }
    const result = await environment.withWorker(activities, (runs) =>
      runs.execute('initRunonce', input),
    )
    expect(calls.map(({ verb }) => verb)).toEqual([
      'openCloud',
      'prepareRunonce',
      'provideRunonceImage',
      'createRunonceNetworks',
      'createRunonceAccess',
      'createRunonceFlavors',
    ])
    const held = expect.objectContaining({ hold: expect.anything() as unknown }) as unknown
    expect(calls[2]?.args).toEqual([held, 'kollar', '/srv/guest.raw'])
    expect(calls[4]?.args).toEqual([held, 'ssh-ed25519 AAAA'])
    expect(result.warnings.map(({ message }) => message)).toEqual([
      'subnet demo-subnet was there and is left as it is: cidr is a, not b; if that is not meant, delete it and run this again',
    ])
    expect(result.summary.split('\n')).toEqual([
      'made: network public1, key pair mykey, flavor m1.nano',
      'found: image guest, subnet demo-subnet',
      'a machine: openstack server create --image guest --flavor m1.nano --key-name mykey --network demo-net demo1',
      'its console: openstack console url show --novnc demo1',
    ])
  })

  it('boots a machine that is reached from outside, if told', async () => {
    const { activities, calls } = fakeActivities(fakes)
    const { summary } = await environment.withWorker(activities, (runs) =>
      runs.execute('initRunonce', { cloud, boot: true }),
    )
    const verbs = calls.map(({ verb }) => verb)
    expect(verbs.slice(-2)).toEqual(['bootRunonceServer', 'giveRunonceAddress'])
    expect(summary).toContain('demo1 is active, at 10.0.2.150')
  })
})
