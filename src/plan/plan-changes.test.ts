import { describe, expect, it } from 'vitest'
import type { ObservedContainer } from '../model/observed-host.js'
import { planChanges } from './plan-changes.js'
import { desired, observedHost, running } from './testing.js'

const asGiven = { mariadb: 'c1' }

function plan(containers: ObservedContainer[], configuration: Record<string, string> = asGiven) {
  return planChanges(
    'demo',
    [{ name: 'kolla1', containers: [desired()] }],
    [observedHost('kolla1', { containers, configuration })],
  ).map(({ action, container, reasons }) => `${action} ${container}: ${reasons.join(', ')}`)
}

describe('a container', () => {
  it.each<[string, ObservedContainer[], Record<string, string>, string[]]>([
    ['as wanted', [running()], asGiven, []],
    ['missing', [], {}, ['create mariadb: missing']],
    [
      'being removed',
      [running(desired(), { state: 'removing' })],
      asGiven,
      ['create mariadb: missing'],
    ],
    ['stopped', [running(desired(), { state: 'exited' })], asGiven, ['restart mariadb: exited']],
    [
      'with other configuration',
      [running(desired({ configuration: 'c0' }))],
      { mariadb: 'c0' },
      ['restart mariadb: configuration'],
    ],
    [
      'whose files somebody edited',
      [running()],
      { mariadb: 'c2' },
      ['write mariadb: files changed on the host'],
    ],
    [
      'whose accounts take something else now',
      [running(desired({ accounts: 'a0' }))],
      asGiven,
      ['restart mariadb: accounts'],
    ],
    ['whose files are gone', [running()], {}, ['write mariadb: files changed on the host']],
    [
      'of another release',
      [running(desired({ release: '2025.2', image: { ref: 'old', digest: 'sha256:old' } }))],
      asGiven,
      ['replace mariadb: image 2025.2 → 2026.1'],
    ],
    [
      'of the same release built anew',
      [running(desired({ image: { ref: 'old', digest: 'sha256:old' } }))],
      asGiven,
      ['replace mariadb: image'],
    ],
    [
      'whose image lost its digest by a prune, but whose label still tells it',
      [running(desired(), { imageDigests: [] })],
      asGiven,
      [],
    ],
    [
      'with other volumes, configuration and stopped',
      [running(desired({ definition: 'd0', configuration: 'c0' }), { state: 'dead' })],
      asGiven,
      ['replace mariadb: environment or volumes, configuration, dead'],
    ],
    [
      'of somebody else',
      [running(desired(), { labels: {} })],
      asGiven,
      ['replace mariadb: not ours, configuration'],
    ],
    [
      'no longer wanted',
      [running(), running(desired({ name: 'proxysql', service: 'loadbalancer' }))],
      asGiven,
      ['remove proxysql: no longer wanted'],
    ],
    [
      'of another cloud',
      [running(), { ...running(), name: 'x', labels: { 'kolla_temporal.cloud': 'other' } }],
      asGiven,
      [],
    ],
    ['without any label', [running(), { ...running(), name: 'x', labels: {} }], asGiven, []],
  ])('%s', (_case, containers, configuration, changes) => {
    expect(plan(containers, configuration)).toEqual(changes)
  })
})

it('is empty on hosts that are as described, whatever else runs there', () => {
  expect(planChanges('demo', [], [observedHost('kolla1')])).toEqual([])
})

it('removes from a host that is no longer desired at all', () => {
  const host = observedHost('kolla1', { containers: [running()] })
  expect(planChanges('demo', [], [host])).toMatchObject([{ action: 'remove', host: 'kolla1' }])
})

it('refuses to guess about a host that nobody looked at', () => {
  expect(() => planChanges('demo', [{ name: 'kolla1', containers: [] }], [])).toThrow(
    'kolla1 was not observed',
  )
})

it('tells what a change interrupts, only where it does', () => {
  const interruption = 'new flows wait'
  const wanted = desired({ interruption, configuration: 'c2' })
  const told = (containers: ObservedContainer[]) =>
    planChanges(
      'demo',
      [{ name: 'kolla1', containers: [wanted] }],
      [observedHost('kolla1', { containers })],
    )
  expect(told([running()])).toMatchObject([{ action: 'restart', interruption }])
  expect(told([])[0]).not.toHaveProperty('interruption')
  expect(told([running(desired(), { state: 'exited' })])[0]).not.toHaveProperty('interruption')
})
