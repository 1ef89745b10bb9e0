import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import type { StartedMachines } from '../src/plan/started-machines.js'
import { startedMachineActivities } from './started-machines.js'
import { contextsOn, testActivity, testRef } from './testing.js'

const id = '00000000-0000-4000-8000-000000000001'

let engine: FakeEngine
beforeEach(async () => {
  engine = await FakeEngine.start()
  engine.add('nova_libvirt', true)
  engine.print = () => `${id} 4000000000\n`
})
afterEach(() => engine.stop())

function list(): Promise<StartedMachines> {
  const { contexts } = contextsOn(engine.remote)
  const verbs = startedMachineActivities(contexts)
  const hosts = ['kolla1', 'kolla2']
  const activity = testActivity()
  return activity.run(() => verbs.listStartedMachines(testRef, hosts, '2026-11-23T09:40:00Z'))
}

it('asks libvirt of each host', async () => {
  const machines = ['kolla1', 'kolla2'].map((host) => ({ host, id }))
  expect(await list()).toEqual({ machines, more: 0, silent: [] })
})

it('names hosts whose libvirt does not answer, and is not stopped by them', async () => {
  engine.exitCode = 1
  expect(await list()).toEqual({ machines: [], more: 0, silent: ['kolla1', 'kolla2'] })
  engine.containers.length = 0
  expect(await list()).toMatchObject({ silent: ['kolla1', 'kolla2'] })
})
