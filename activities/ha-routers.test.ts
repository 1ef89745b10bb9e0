import { afterEach, beforeEach, expect, it } from 'vitest'
import { imageRef } from '../src/catalog/image.js'
import { testFacts } from '../src/catalog/testing/cloud.js'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { label } from '../src/plan/desired.js'
import type { CloudContexts } from './cloud-context.js'
import { containerActivities } from './containers.js'
import { awaitRouters, countRouters, routersBefore } from './ha-routers.js'
import { testActivity, testContexts, testRef } from './testing.js'

const agent = 'neutron_l3_agent'
const router = `${agent}_keepalived_qrouter-1`
let docker: FakeEngine
let told: string[]
beforeEach(async () => {
  docker = await FakeEngine.start()
  told = []
})
afterEach(() => docker.stop())

function within<Result>(body: () => Promise<Result>): Promise<Result> {
  const environment = testActivity()
  environment.on('heartbeat', ({ text }: { text: string }) => told.push(text))
  return environment.run(body)
}

it('are back on a host, whose agent is healthy before, when its start ends', async () => {
  const { cloud: opened } = testContexts(docker, undefined, { enable_neutron: true })
  const ref = imageRef(opened.host('kolla1').globals, opened.container('kolla1', agent))
  const cloud = opened.with({ hosts: testFacts, images: { [ref]: 'sha256:1' } })
  const contexts = { get: () => Promise.resolve(cloud) } as unknown as CloudContexts
  docker.add(agent, true)
  docker.add(router, true)
  docker.add(`${agent}_keepalived_qrouter-2`, false)
  // The new agent begins the router anew, after a while.
  docker.onCreate = () => setTimeout(() => docker.add(router, true), 1000)
  await within(() => containerActivities(contexts).startContainers(testRef, 'kolla1', [agent]))
  expect(docker.requests).toContain(`POST /containers/${router}/stop`)
  expect(docker.containers.map(({ name }) => name).sort()).toEqual([agent, router])
  expect(told).toContain('waiting for routers with HA: 0 of 1 are back')
})

it('are gone on without where they do not come back, which is told', async () => {
  const engine = testContexts(docker).cloud.engine('kolla1')
  docker.add(router, true)
  docker.add(`${router}-ours`, true).options['Labels'] = { [label.cloud]: 'demo' }
  expect(await countRouters(engine, [agent])).toBe(1)
  const soon = { patience: 20, pause: 5 }
  await within(() => awaitRouters(engine, [agent], 2, soon))
  expect(told.at(-1)).toBe('only 1 of 2 routers with HA are back: going on without the others')
})

it('are not looked for where the L3 agent is none of the containers', async () => {
  const engine = testContexts(docker).cloud.engine('kolla1')
  docker.add(router, true)
  expect(await countRouters(engine, ['neutron_dhcp_agent'])).toBe(0)
})

it('are as many as an attempt found that was killed while it waited', async () => {
  const engine = testContexts(docker).cloud.engine('kolla1')
  docker.add(router, true)
  const environment = testActivity({ heartbeatDetails: { text: 'waiting', 'routers with HA': 40 } })
  const beats: unknown[] = []
  environment.on('heartbeat', (details: unknown) => beats.push(details))
  expect(await environment.run(() => routersBefore(engine, [agent]))).toBe(40)
  expect(beats).toEqual([{ 'routers with HA': 40 }])
})
