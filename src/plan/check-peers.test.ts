import { expect, it } from 'vitest'
import type { ObservedContainer } from '../model/observed-host.js'
import { checkPeers } from './check-peers.js'
import { desired, observedHost, running } from './testing.js'

const member = (digest: string) =>
  desired({ name: 'rabbitmq', peerPassword: { name: 'rabbitmq_cluster_cookie', digest } })
const found = (container: ObservedContainer) =>
  checkPeers(
    [{ name: 'kolla1', containers: [member('new')] }],
    [observedHost('kolla1', { containers: [container] })],
  )

it('refuses to give running members another password to know each other by', () => {
  expect(found(running(member('old')))).toMatchObject([
    {
      severity: 'error',
      host: 'kolla1',
      message: expect.stringContaining('another rabbitmq_cluster_cookie than') as unknown,
    },
  ])
})

it.each([
  ['the same', running(member('new'))],
  ['unknown', running(desired({ name: 'rabbitmq' }))],
  ["that of a member that doesn't run", running(member('old'), { state: 'exited' })],
])('has nothing against one that is %s', (_, container) => {
  expect(found(container)).toEqual([])
})
