import { expect, it } from 'vitest'
import { busyMachines } from './busy-machines.js'

const machine = (id: string, task: string | null, host: string | null = 'kolla2') => ({
  id,
  name: `vm-${id}`,
  status: 'ACTIVE',
  'OS-EXT-STS:task_state': task,
  'OS-EXT-SRV-ATTR:host': host,
})

it('names what is being done with which machine, where', () => {
  const all = [machine('a', 'migrating'), machine('b', null), machine('c', 'scheduling', null)]
  expect(busyMachines(all)).toEqual(['vm-a (migrating on kolla2, a)', 'vm-c (scheduling, c)'])
})

it('counts those that nobody would read', () => {
  const many = Array.from({ length: 12 }, (_, index) => machine(String(index), 'spawning'))
  const named = busyMachines(many)
  expect(named).toHaveLength(11)
  expect(named.at(-1)).toBe('2 more')
})
