import { expect, it } from 'vitest'
import { giveBacks, notes, parseDrained, stillDrained } from './drained.js'
import { formatPlan } from './format-plan.js'
import { observedHost } from './testing.js'

const ours = {
  backends: ['mariadb_back', 'keystone_internal_back'],
  services: ['haproxy', 'mariadb', 'rabbitmq', 'ceph-osd', 'nova-cell'],
}

it('gives back whatever a run has left drained, and nothing of other people', () => {
  const all = [notes.rabbitmq, notes.votes, notes.noout, notes.nooutOf(3), notes.out(4)]
  const hosts = [
    observedHost('kolla1', { drained: ['mariadb_back/kolla2', 'their_back/x', 'something'] }),
    observedHost('kolla2', { drained: all }),
    observedHost('kolla3', { drained: [notes.compute] }),
  ]
  const changes = giveBacks(hosts, ours)
  expect(formatPlan(changes)).toBe(`HOST    SERVICE    CONTAINER            ACTION     WHY
kolla1  haproxy    mariadb_back/kolla2  give back  drained
kolla2  rabbitmq   rabbitmq             give back  drained
kolla2  mariadb    mariadb votes        give back  drained
kolla2  ceph-osd   noout                give back  drained
kolla2  ceph-osd   osd.3 noout          give back  drained
kolla2  ceph-osd   osd.4 out            give back  drained
kolla3  nova-cell  nova_compute         give back  drained

7 to give back on 3 hosts
`)
  expect(stillDrained(changes)).toHaveLength(7)
  expect(changes.map(({ container }) => parseDrained(container)?.kind)).toEqual([
    ...['member', 'rabbitmq', 'votes', 'noout', 'noout of', 'out', 'compute'],
  ])
})

it('leaves alone what belongs to a service that is not enabled', () => {
  const hosts = [observedHost('kolla1', { drained: [notes.rabbitmq, notes.out(1)] })]
  expect(giveBacks(hosts, { backends: [], services: ['haproxy'] })).toEqual([])
})
