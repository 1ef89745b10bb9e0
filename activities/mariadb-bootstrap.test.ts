import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { mariadbActivities } from './mariadb.js'
import { testActivity, testContexts, testRef } from './testing.js'

let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
})
afterEach(() => docker.stop())

async function bootstrap(seen: string): Promise<void> {
  const { contexts } = testContexts(docker, (title) =>
    title === 'inspect mariadb' ? { stdout: seen } : undefined,
  )
  const environment = testActivity()
  await environment.run(() => mariadbActivities(contexts).bootstrapMariadb(testRef, 'kolla1'))
}

it.each(['aside=turn1', 'backup=b1', 'prepared=b1'])(
  'no empty database is made where a member shows %s, whatever the plan has seen',
  async (trace) => {
    await expect(bootstrap(`data=none\n${trace}\n`)).rejects.toMatchObject({ type: 'BadInput' })
    expect(docker.requests).toEqual([])
  },
)

it('one is made where nothing shows that there was one', async () => {
  await bootstrap('data=none\n')
  expect(docker.requests).toContain('POST /containers/create')
})
