import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { HEALTH_TIMEOUT } from './containers.js'
import { galeraUpgradeActivities } from './galera-upgrade.js'
import { COPY_TIMEOUT, mariadbActivities } from './mariadb.js'
import { testActivity, testContexts, testRef } from './testing.js'

let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
})
afterEach(() => docker.stop())

const joined = HEALTH_TIMEOUT + COPY_TIMEOUT + 10_000

describe('a member that copies all data', () => {
  const rejoin = (contexts: ReturnType<typeof testContexts>['contexts']) =>
    testActivity().run(() =>
      galeraUpgradeActivities(contexts).rejoinMariadb(testRef, 'kolla2', 'kolla1', 'run'),
    )
  const died = { code: 1, stderr: 'the worker died' }

  it.each([
    { aside: 'done', title: 'goes on with that', stops: 0 },
    { aside: 'clearing', title: 'begins where its data were not all set aside', stops: 1 },
    { aside: '', title: 'begins anew on another occasion', stops: 1 },
  ])('$title in the next attempt', async ({ aside, stops }) => {
    const first = testContexts(docker, (title) => (title === 'mariadb healthy' ? died : undefined))
    await expect(rejoin(first.contexts)).rejects.toThrow('the worker died')
    docker.requests.length = 0

    const { contexts, ran } = testContexts(docker, (title) =>
      title.startsWith('look for what was set aside') ? { stdout: `${aside}\n` } : undefined,
    )
    await rejoin(contexts)
    const stopped = docker.requests.filter((it) => it === 'POST /containers/mariadb/stop')
    const replaced = ran.filter(({ title }) => title === 'set the data of kolla1 aside')
    expect([stopped.length, replaced.length]).toEqual([stops, stops])
    expect(ran.map(({ title }) => title)).toContain('mariadb healthy')
  })
})

it('that is the only one which serves is not replaced', async () => {
  docker.add('mariadb', true).paused = true // so that it is to be made anew
  let asked = 0
  docker.print = () =>
    `wsrep_local_state_comment\t${asked++ % 3 === 2 ? 'Synced' : 'Initialized'}\n`
  const { contexts } = testContexts(docker)
  const replace = (host: string) =>
    testActivity().run(() => galeraUpgradeActivities(contexts).replaceMariadb(testRef, host))
  await expect(replace('kolla3')).rejects.toThrow('MariaDB of kolla1, kolla2 is not Synced')
  const stops = () => docker.requests.filter((it) => it === 'POST /containers/mariadb/stop').length
  expect(stops()).toBe(0)
  await replace('kolla2')
  expect(stops()).toBe(1)
})

describe('the time until a member is Synced', () => {
  const waitOf = async (
    verb: (contexts: ReturnType<typeof testContexts>['contexts']) => Promise<void>,
  ) => {
    const { contexts, ran } = testContexts(docker)
    await testActivity().run(() => verb(contexts))
    return ran.find(({ title }) => title === 'mariadb healthy')?.timeoutMs
  }

  it.each(['new', 'living'] as const)('is that of a copy in a %s cluster', async (cluster) => {
    const wait = await waitOf((contexts) =>
      mariadbActivities(contexts).startMariadb(testRef, 'kolla2', cluster),
    )
    expect(wait).toBe(joined)
  })

  it('is that of a copy where its release changes, in either direction', async () => {
    const there = await waitOf((contexts) =>
      galeraUpgradeActivities(contexts).replaceMariadb(testRef, 'kolla2'),
    )
    const back = await waitOf((contexts) =>
      galeraUpgradeActivities(contexts).rejoinMariadb(testRef, 'kolla2', 'kolla1', 'run'),
    )
    expect([there, back]).toEqual([joined, joined])
  })
})
