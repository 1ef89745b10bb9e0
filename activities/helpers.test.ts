import { afterEach, beforeEach, expect, it } from 'vitest'
import { imageRef } from '../src/catalog/image.js'
import { testFacts } from '../src/catalog/testing/cloud.js'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { label } from '../src/plan/desired.js'
import { successorOf } from '../src/plan/passing.js'
import { containerActivities, startContainer } from './containers.js'
import { testActivity, testContexts, testRef } from './testing.js'

const agent = 'neutron_dhcp_agent'
const helper = `${agent}_dnsmasq_qdhcp-1`
let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
})
afterEach(() => docker.stop())

const within = <Result>(body: () => Promise<Result>) => testActivity().run(body)

/** An agent that runs, made from what is wanted but for these properties, with a helper and a one-shot of its own. */
async function start(
  changes: Readonly<Record<string, string>>,
  properties: { readonly paused?: boolean; readonly name?: string } = {},
) {
  const { cloud: opened } = testContexts(docker, undefined, { enable_neutron: true })
  const container = opened.container('kolla1', agent)
  const ref = imageRef(opened.host('kolla1').globals, container)
  const cloud = opened.with({ hosts: testFacts, images: { [ref]: 'sha256:1' } })
  await within(() => startContainer(cloud, 'kolla1', agent))
  const made = docker.containers.find(({ name }) => name === agent)
  Object.assign(made?.options['Labels'] as object, changes)
  Object.assign(made ?? {}, properties)
  docker.add(helper, true)
  docker.add(`${agent}_sync`, true).options['Labels'] = { [label.cloud]: 'demo' }
  docker.requests.length = 0
  await within(() => startContainer(cloud, 'kolla1', agent))
  return docker.containers.map(({ name }) => name).sort()
}

it('helpers go on with an agent that is only configured anew', async () => {
  expect(await start({ [label.configuration]: 'other' })).toEqual([agent, helper, `${agent}_sync`])
})

it.each([label.image, label.definition])('helpers end with an agent of another %s', async (one) => {
  expect(await start({ [one]: 'other' })).toEqual([agent, `${agent}_sync`])
  const stops = docker.requests.filter((it) => it.endsWith('/stop'))
  // The agent first: it would start them again.
  expect(stops.slice(0, 2)).toEqual([
    `POST /containers/${agent}/stop`,
    `POST /containers/${helper}/stop`,
  ])
})

it.each([
  [{}, [helper]],
  [{ [label.image]: 'other' }, []],
])('helpers of an agent go on with its successor where it is gone: %o', async (changes, left) => {
  const names = await start(changes, { name: successorOf(agent) })
  expect(names).toEqual([agent, ...left, `${agent}_sync`])
})

it('an agent that somebody has paused is made anew, which Docker would not start', async () => {
  await start({}, { paused: true })
  expect(docker.requests).toContain(`POST /containers/${agent}/stop`)
  expect(docker.containers.find(({ name }) => name === agent)).toMatchObject({ running: true })
  expect(docker.containers.some(({ paused }) => paused)).toBe(false)
})

it('helpers go with an agent that is no longer wanted', async () => {
  docker.add(agent, true)
  docker.add(helper, true)
  const { contexts } = testContexts(docker)
  await within(() => containerActivities(contexts).removeContainer(testRef, 'kolla1', agent))
  expect(docker.containers).toEqual([])
})
