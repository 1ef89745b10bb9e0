import type { MockActivityEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { keepingFlows } from './ovs-flows.js'
import { testActivity, testContexts, testRef } from './testing.js'

let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
})
afterEach(() => docker.stop())

type Replace = (environment: MockActivityEnvironment) => Promise<void>

/** What is done to flows and to the agent, in order. */
async function replaceDaemon(
  isReplaced = false,
  replace?: Replace,
  environment = testActivity(),
): Promise<string[]> {
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
  const agentRuns = () =>
    docker.containers.find(({ name }) => name === 'neutron_openvswitch_agent')?.running
  const replaced = environment.run(() =>
    keepingFlows(cloud, 'kolla1', { isReplaced }, async () => {
      done.push(agentRuns() === true ? 'replaced beside the agent' : 'replaced')
      await replace?.(environment)
    }),
  )
  await replaced.catch((error: unknown) => done.push((error as Error).message))
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

it('puts flows back and begins the agent of a daemon that does not become healthy', async () => {
  docker.add('openvswitch_vswitchd', true)
  docker.add('neutron_openvswitch_agent', true)
  const unhealthy = () => Promise.reject(new Error('not healthy'))
  expect(await replaceDaemon(false, unhealthy)).toEqual([
    'dump-flows "$bridge"',
    'replaced',
    'replace-flows',
    'not healthy',
    'the agent runs',
  ])
})

it('does so when the run is aborted meanwhile', async () => {
  docker.add('openvswitch_vswitchd', true)
  docker.add('neutron_openvswitch_agent', true)
  const abort: Replace = (environment) => {
    environment.cancel()
    environment.context.cancellationSignal.throwIfAborted()
    return Promise.resolve()
  }
  const done = await replaceDaemon(false, abort)
  expect(done.slice(0, 3)).toEqual(['dump-flows "$bridge"', 'replaced', 'replace-flows'])
  expect(done.at(-1)).toBe('the agent runs')
})

it('replaces nothing for a run that was aborted before, and begins the agent all the same', async () => {
  docker.add('neutron_openvswitch_agent', true)
  const environment = testActivity()
  environment.cancel()
  const done = await replaceDaemon(false, undefined, environment)
  expect(done).not.toContain('replaced')
  expect(done.at(-1)).toBe('the agent runs')
})

it('replaces a daemon whose flows can not be saved, and none of its questions waits for ever', async () => {
  docker.add('openvswitch_vswitchd', true)
  docker.add('neutron_openvswitch_agent', true)
  docker.exitCode = 1
  expect(await replaceDaemon()).toContain('replaced')
  const asked = docker.commands.flatMap((command) => command.match(/.{11}ovs-ofctl/g) ?? [])
  expect(asked.length).toBeGreaterThan(0)
  expect(new Set(asked)).toEqual(new Set(['timeout 20 ovs-ofctl']))
})
