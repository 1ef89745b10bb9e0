import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { keepingFlows } from './ovs-flows.js'
import { testContexts, testRef } from './testing.js'

let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
})
afterEach(() => docker.stop())

/** What is done to flows and to the agent, in order. */
async function replaceDaemon(isReplaced = false): Promise<string[]> {
  const done: string[] = []
  docker.print = (command) => {
    const act = ['dump-flows "$bridge"', 'replace-flows', 'table=23'].find((it) =>
      command.includes(it),
    )
    done.push(act ?? command)
    return ''
  }
  const { contexts } = testContexts(docker)
  const cloud = await contexts.get(testRef)
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') })
  const agentRuns = () =>
    docker.containers.find(({ name }) => name === 'neutron_openvswitch_agent')?.running
  await environment.run(() =>
    keepingFlows(cloud, 'kolla1', { isReplaced }, () => {
      done.push(agentRuns() === true ? 'replaced beside the agent' : 'replaced')
      return Promise.resolve()
    }),
  )
  done.push(agentRuns() === true ? 'the agent runs' : 'no agent runs')
  return done
}

it('saves the flows of a vswitchd that runs, puts them back and waits for the agent, which is stopped meanwhile', async () => {
  docker.add('openvswitch_vswitchd', true)
  docker.add('neutron_openvswitch_agent', true)
  expect(await replaceDaemon()).toEqual([
    'dump-flows "$bridge"',
    'replaced',
    'replace-flows',
    'table=23',
    'the agent runs',
  ])
})

it('begins an agent that an attempt before had stopped', async () => {
  docker.add('openvswitch_vswitchd', true)
  docker.add('neutron_openvswitch_agent', false)
  expect((await replaceDaemon()).at(-1)).toBe('the agent runs')
})

it('saves nothing over what an attempt saved that came so far as to replace it', async () => {
  docker.add('openvswitch_vswitchd', true)
  expect(await replaceDaemon(true)).toEqual(['replaced', 'replace-flows', 'no agent runs'])
})

it('has no flows to save, and no agent to wait for, on a new host', async () => {
  docker.add('openvswitch_vswitchd', false)
  expect(await replaceDaemon()).toEqual(['replaced', 'replace-flows', 'no agent runs'])
})
