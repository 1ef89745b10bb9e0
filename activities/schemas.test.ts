import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import type { Schemas } from '../src/plan/schemas.js'
import { schemaHeads } from './schemas.js'
import { testActivity, testContexts } from './testing.js'

let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
  docker.add('mariadb', true)
})
afterEach(() => docker.stop())

function heads(): Promise<Schemas> {
  const { cloud } = testContexts(docker)
  const activity = testActivity()
  return activity.run<[], Schemas, () => Promise<Schemas>>(() => schemaHeads(cloud))
}

it("a service's heads are those that Alembic keeps in its database", async () => {
  docker.print = () => 'c88cdce8f248\n47147121\n'
  expect(await heads()).toEqual({ keystone: ['47147121', 'c88cdce8f248'] })
  expect(docker.commands).toEqual([
    expect.stringContaining('SELECT version_num FROM `keystone`.alembic_version'),
  ])
})

it('a table that was never made has no heads', async () => {
  docker.exitCode = 1
  docker.print = () =>
    "ERROR 1146 (42S02) at line 1: Table 'keystone.alembic_version' doesn't exist\n"
  expect(await heads()).toEqual({ keystone: [] })
})

it('every member is asked before nobody knows', async () => {
  docker.exitCode = 1
  docker.print = () => 'ERROR 1047 (08S01) at line 1: WSREP has not yet prepared node\n'
  await expect(heads()).rejects.toThrow('1047')
  expect(docker.commands).toHaveLength(3)
})
