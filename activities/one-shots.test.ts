import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { runOnce } from './containers.js'
import { oneShotActivities } from './one-shots.js'
import { testActivity, testContexts, testRef } from './testing.js'

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
  const activity = testActivity()
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
  const activity = testActivity()
  await expect(
    activity.run(verbs.createDatabases.bind(verbs), testRef, 'kolla1', 'keystone'),
  ).rejects.toMatchObject({
    type: 'BadInput',
    message: expect.stringContaining('it is that of alice, not of keystone') as unknown,
  })
  expect(docker.commands).toHaveLength(1)
})

describe('an upgrade check', () => {
  const border = '+------------------+'
  const row = (name: string, result: string) =>
    [`| Check: ${name} |`, `| Result: ${result} |`, `| Details: of ${name} |`, border].join('\n')

  /** A check that prints rows of its table, or anything else, and ends with this code. */
  async function check(exitCode: number, ...printed: string[]) {
    docker.exitCode = exitCode
    docker.log = [border, ...printed].join('\n')
    const { contexts } = testContexts(docker, undefined, { enable_placement: true })
    const verbs = oneShotActivities(contexts)
    const activity = testActivity()
    return activity.run(verbs.checkUpgrade.bind(verbs), testRef, 'kolla1', 'placement')
  }

  it('runs in a container of its own, and returns its warnings', async () => {
    let command: unknown
    docker.onCreate = (options) => (command = options['Cmd'])
    const warned = row('a', 'Warning')
    expect(await check(0, row('b', 'Success'), warned)).toEqual([
      { severity: 'warning', host: 'kolla1', message: 'placement-status upgrade check: a: of a' },
    ])
    expect(String(command)).toContain('placement-status upgrade check')
    expect(docker.containers.map(({ name }) => name)).not.toContain('placement_api_check')
  })

  it('that fails is for a person to mend, in its own words', async () => {
    await expect(check(2, row('a', 'Failure'), row('b', 'Warning'))).rejects.toMatchObject({
      type: 'BadInput',
      nonRetryable: true,
      message: expect.stringContaining(
        'kolla1: error: placement-status upgrade check: a: of a',
      ) as unknown,
    })
  })

  it('that could not look is a step that failed, with what it said last', async () => {
    for (const code of [2, 255]) {
      await expect(check(code, 'Traceback')).rejects.toMatchObject({
        name: 'RemoteError',
        exitCode: code,
        tail: [border, 'Traceback'],
      })
    }
  })
})
