import { MockActivityEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { HEALTH_TIMEOUT } from './containers.js'
import { galeraUpgradeActivities } from './galera-upgrade.js'
import { JOIN_TIMEOUT, mariadbActivities } from './mariadb.js'
import { testContexts, testRef } from './testing.js'

let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
})
afterEach(() => docker.stop())

const graceMs = 10_000

describe('the time until a member is Synced', () => {
  const waitOf = async (
    verb: (contexts: ReturnType<typeof testContexts>['contexts']) => Promise<void>,
  ) => {
    const { contexts, ran } = testContexts(docker)
    await new MockActivityEnvironment().run(() => verb(contexts))
    return ran.find(({ title }) => title === 'mariadb healthy')?.timeoutMs
  }

  it.each(['new', 'living'] as const)('is that of a copy in a %s cluster', async (cluster) => {
    const wait = await waitOf((contexts) =>
      mariadbActivities(contexts).startMariadb(testRef, 'kolla2', cluster),
    )
    expect(wait).toBe(JOIN_TIMEOUT + graceMs)
  })

  it('is that of a copy where its release changes, in either direction', async () => {
    const there = await waitOf((contexts) =>
      galeraUpgradeActivities(contexts).replaceMariadb(testRef, 'kolla2'),
    )
    const back = await waitOf((contexts) =>
      galeraUpgradeActivities(contexts).rejoinMariadb(testRef, 'kolla2', 'kolla1', 'run'),
    )
    expect([there, back]).toEqual([JOIN_TIMEOUT + graceMs, JOIN_TIMEOUT + graceMs])
  })

  it('is short for the first one, which copies nothing', async () => {
    const wait = await waitOf((contexts) =>
      mariadbActivities(contexts).recoverMariadb(testRef, 'kolla1'),
    )
    expect(wait).toBe(HEALTH_TIMEOUT + graceMs)
  })
})
