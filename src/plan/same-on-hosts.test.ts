import { expect, test } from 'vitest'
import type { Change } from './change.js'
import { pack, unpack } from './same-on-hosts.js'

const change = (host: string, container: string): Change => {
  const reasons = ['image 2025.2 → 2026.1']
  return { host, service: 'nova-cell', container, action: 'replace', interrupts: true, reasons }
}
const computes = Array.from({ length: 300 }, (_, index) => `compute${index}`)
const ofEach = ['nova_libvirt', 'nova_ssh', 'nova_compute']
const alike = computes.flatMap((host) => ofEach.map((name) => change(host, name)))

test('a short list stays as it is', () => {
  const few = alike.slice(0, 200)
  expect(pack(few)).toBe(few)
  expect(unpack(few)).toEqual(few)
})

test('what is the same on all hosts is said once', () => {
  const packed = pack(alike)
  expect(packed).toHaveLength(1)
  expect(JSON.stringify(packed).length).toBeLessThan(JSON.stringify(alike).length / 20)
  expect(unpack(packed)).toEqual(alike)
})

test('the order stays, also where hosts differ or come again', () => {
  const mixed = [
    ...alike.slice(0, 30),
    change('compute5', 'nova_ssh'),
    ...alike.slice(33),
    ...computes.map((host) => change(host, 'cron')),
    change('compute0', 'nova_ssh'),
    change('compute0', 'nova_ssh'),
    change('compute1', 'nova_ssh'),
    change('compute1', 'nova_ssh'),
  ]
  expect(unpack(pack(mixed))).toEqual(mixed)
})
