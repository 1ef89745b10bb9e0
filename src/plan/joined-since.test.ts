import { expect, it } from 'vitest'
import { joinedSince } from './joined-since.js'
import { desired, observedHost, running } from './testing.js'

it('a host that came after a record stops a rollback to it, unless nothing of the cloud is there', () => {
  const containers = [running(desired({ name: 'cron', service: 'cron' }))]
  const hosts = [observedHost('kolla2', { containers }), observedHost('kolla3')]
  const findings = joinedSince({ id: '2025.2-x' }, 'demo', hosts)
  expect(findings.map(({ host }) => host)).toEqual(['kolla2'])
  expect(findings[0]?.message).toContain('after the record 2025.2-x')
  expect(joinedSince({ id: '2025.2-x' }, 'another', hosts)).toEqual([])
})
