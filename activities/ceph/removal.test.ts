import { MockActivityEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeEngine } from '../../src/docker/fake-engine.js'
import { testContexts, testRef } from '../testing.js'
import { removalActivities } from './removal.js'

let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
  docker.add('ceph_mon', true)
})
afterEach(() => docker.stop())

const osd = { id: 3, uuid: 'u3', host: 'kolla2', in: true, up: true }
const out = { osd: 3, uuid: 'u3', up: 1, in: 0 }

it.each([
  { what: 'that is only out', before: osd, now: [out], taken: 1 },
  {
    what: 'that was down before',
    before: { ...osd, up: false },
    now: [{ ...out, up: 0 }],
    taken: 1,
  },
  { what: 'whose removal has begun', before: osd, now: [{ ...out, up: 0 }], taken: 0 },
  { what: 'that is gone', before: osd, now: [], taken: 0 },
  { what: 'whose number is another one', before: osd, now: [{ ...out, uuid: 'u4' }], taken: 0 },
])('takes an OSD $what in again: $taken', async ({ before, now, taken }) => {
  docker.print = () => JSON.stringify({ osds: now })
  const { contexts } = testContexts(docker)
  await new MockActivityEnvironment().run(() =>
    removalActivities(contexts).takeOsdIn(testRef, 'kolla1', before),
  )
  const asked = docker.commands.filter((it) => it.endsWith('osd in 3'))
  expect(asked).toHaveLength(taken)
})
