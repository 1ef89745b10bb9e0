import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Change } from './change.js'
import {
  describeStarted,
  hostsOfOtherLibvirt,
  listRunning,
  startedMachines,
  startedSince,
  unseenMachines,
} from './started-machines.js'

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const since = '2026-11-23T09:40:00Z'
const second = Date.parse(since) / 1000

it('hosts of another libvirt are those whose container is replaced', () => {
  const change = (host: string, container: string, action: Change['action']): Change => {
    return { host, service: 'nova-cell', container, action, interrupts: true, reasons: [] }
  }
  const changes = [
    change('kolla1', 'nova_libvirt', 'replace'),
    change('kolla2', 'nova_libvirt', 'restart'),
    change('kolla3', 'nova_compute', 'replace'),
  ]
  expect(hostsOfOtherLibvirt(changes)).toEqual(['kolla1'])
})

it('startedSince counts those that began later, or do not tell when', () => {
  const printed = `${id(1)} ${second - 1}\n${id(2)} ${second}\n${id(3)} \nerror: no such domain\n\n`
  expect(startedSince('kolla1', printed, since)).toEqual([
    { host: 'kolla1', id: id(2) },
    { host: 'kolla1', id: id(3) },
  ])
})

describe('the script', () => {
  const run = (virsh: string) => {
    const script = `timeout() { shift; "$@"; }\nvirsh() { ${virsh}; }\n${listRunning}`
    return spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  }

  it('prints a line a machine', () => {
    const { status, stdout } = run(`echo '${id(1)} instance-none'; echo`)
    expect(stdout).toBe(`${id(1)} \n`)
    expect(status).toBe(0)
    expect(startedSince('kolla1', stdout, since)).toHaveLength(1)
  })

  it('fails where libvirt does not answer', () => {
    expect(run('return 1').status).not.toBe(0)
  })
})

describe('describeStarted', () => {
  it('says what to do with them', () => {
    const machines = [{ host: 'kolla1', id: id(1) }]
    const [line, silent, ...others] = describeStarted(startedMachines(machines, ['kolla2']))
    expect(line).toContain(`began since the record was taken: ${id(1)} on kolla1: they may run`)
    expect(line).toContain('`openstack server stop` each before')
    expect(silent).toContain('machines of kolla2, where libvirt does not answer')
    expect(others).toEqual([])
    expect(describeStarted(startedMachines([], []))).toEqual([])
  })

  it('names a hundred and counts the others', () => {
    const machines = Array.from({ length: 130 }, (_, number) => {
      return { host: 'kolla1', id: id(number) }
    })
    const [line] = describeStarted(startedMachines(machines, []))
    expect(line).toContain(`${id(99)} on kolla1, 30 more: `)
    expect(line).not.toContain(id(100))
  })
})

it('unseenMachines warns of each, and of how many there are besides', () => {
  const machines = [{ host: 'kolla1', id: id(1) }]
  const [first, more, ...others] = unseenMachines({ machines, more: 3, silent: ['kolla2'] })
  expect(first).toMatchObject({ severity: 'warning', host: 'kolla1' })
  expect(first?.message).toContain(`pgrep --full ${id(1)}`)
  expect(more?.message).toContain('3 more machines')
  expect(others).toEqual([])
})
