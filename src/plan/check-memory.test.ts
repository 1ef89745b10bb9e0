import { expect, it } from 'vitest'
import { testCloud } from '../catalog/testing/cloud.js'
import { whole } from '../catalog/testing/whole.js'
import { checkMemory } from './check-memory.js'
import { desired, observedHost, running } from './testing.js'

const cloud = testCloud({ globals: whole })
const ours = [running(desired())]

function found(gibibytes: number, containers = ours): string[] {
  const hosts = ['kolla1', 'kolla2', 'kolla3'].map((name) => {
    const host = observedHost(name, { containers })
    const memoryBytes = (name === 'kolla2' ? gibibytes : 8) * 2 ** 30
    return { ...host, facts: { ...host.facts, memoryBytes } }
  })
  return checkMemory(cloud, hosts).map(({ severity, host }) => `${severity} ${host ?? ''}`)
}

it('refuses a host whose services do not even fit at rest, and warns of one that will thrash', () => {
  expect(found(7, [])).toEqual([])
  expect(found(5, [])).toEqual(['warning kolla2'])
  expect(found(3, [])).toEqual(['error kolla2'])
})

it('does not keep a host from being mended on which they run', () => {
  expect(found(3)).toEqual(['warning kolla2'])
})

it('counts what a host runs, and nothing else', () => {
  const small = testCloud()
  const host = observedHost('kolla1')
  const hosts = [{ ...host, facts: { ...host.facts, memoryBytes: 2 * 2 ** 30 } }]
  expect(checkMemory(small, hosts)).toEqual([])
})
