import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { runOnce } from './containers.js'
import { oneShotActivities } from './one-shots.js'
import { testContexts, testRef } from './testing.js'

let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
})
afterEach(() => docker.stop())

/** The labels of a one-shot while it runs. */
async function labelsOf(lock: string | undefined, scratch: boolean) {
  const { cloud } = testContexts(docker)
  const held = lock === undefined ? cloud : cloud.behind({ lock, remote: (remote) => remote })
  let labels: unknown
  docker.onCreate = (options) => (labels = options['Labels'])
  const activity = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') })
  const container = cloud.container('kolla1', 'mariadb')
  await activity.run(() => runOnce(held, 'kolla1', container, { name: 'try', scratch }))
  return labels
}

it('a one-shot tells whose lock it was started under, and whether it may be ended', async () => {
  const labels = await labelsOf('lock-1', true)
  expect(labels).toMatchObject({
    'kolla_temporal.lock': 'lock-1',
    'kolla_temporal.scratch': 'yes',
    'kolla_temporal.one_shot': expect.any(String) as unknown,
  })
  expect(Object.keys((await labelsOf('lock-2', false)) as object)).not.toContain(
    'kolla_temporal.scratch',
  )
})

it("a database that is somebody else's is not touched", async () => {
  docker.add('mariadb', true)
  docker.print = () => 'alice\n'
  const verbs = oneShotActivities(testContexts(docker).contexts)
  const activity = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') })
  await expect(
    activity.run(verbs.createDatabases.bind(verbs), testRef, 'kolla1', 'keystone'),
  ).rejects.toMatchObject({
    type: 'BadInput',
    message: expect.stringContaining('it is that of alice, not of keystone') as unknown,
  })
  expect(docker.commands).toHaveLength(1)
})
