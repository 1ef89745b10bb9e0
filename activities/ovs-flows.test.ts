import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MockActivityEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { awaitFlows, keepingFlows, putBack, save } from './ovs-flows.js'
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

it('saves the flows of a vswitchd that runs, and puts them back; the agent is stopped meanwhile', async () => {
  docker.add('openvswitch_vswitchd', true)
  docker.add('neutron_openvswitch_agent', true)
  expect(await replaceDaemon()).toEqual([
    'dump-flows "$bridge"',
    'replaced',
    'replace-flows',
    'the agent runs',
  ])
})

it('waits for the flows of an agent, where there is one', async () => {
  const { cloud } = testContexts(docker)
  docker.add('openvswitch_vswitchd', true)
  const wait = () => testActivity().run(() => awaitFlows(cloud, 'kolla1'))
  await wait()
  expect(docker.commands).toEqual([])
  docker.add('neutron_openvswitch_agent', true)
  await wait()
  expect(docker.commands.join()).toContain('table=23')
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

describe('flows on the host', () => {
  let folder: string
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'flows-'))))
  afterEach(() => rm(folder, { recursive: true }))
  const flows = () => join(folder, 'flows')

  /** Runs a script with these programs of Open vSwitch. */
  async function run(script: string, programs: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    }
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    return promisify(execFile)('bash', ['-c', script], { env }).catch(() => undefined)
  }
  const dump = 'echo " cookie=0x1, actions=normal"'

  it('are saved bridge by bridge, over those of before', async () => {
    await mkdir(flows())
    await writeFile(join(flows(), 'br-old'), 'cookie=0x0')
    await run(save(flows()), { 'ovs-vsctl': 'echo br-ex; echo br-int', 'ovs-ofctl': dump })
    expect(await readdir(flows())).toEqual(['br-ex', 'br-int'])
    expect(await readFile(join(flows(), 'br-int'), 'utf8')).toContain('cookie=0x1')
  })

  it('that an attempt before has saved stay where the database is down', async () => {
    await mkdir(flows())
    await writeFile(join(flows(), 'br-int'), 'cookie=0x1')
    await run(save(flows()), { 'ovs-vsctl': 'exit 1', 'ovs-ofctl': dump })
    expect(await readdir(flows())).toEqual(['br-int'])
  })

  it('are put back, and kept only where they were not taken', async () => {
    await mkdir(flows())
    for (const bridge of ['br-ex', 'br-int']) await writeFile(join(flows(), bridge), 'cookie=0x1')
    const takes = (which: string) => ({
      'ovs-ofctl': `case "$*" in *show* | *${which}*) exit 0 ;; *) exit 1 ;; esac`,
    })
    await run(putBack(flows()), takes('br-ex'))
    expect(await readdir(flows())).toEqual(['br-int'])
    await run(putBack(flows()), takes('br-'))
    await expect(readdir(flows())).rejects.toThrow('ENOENT')
  })

  it('are put back into bridges that a daemon makes a moment after it has begun', async () => {
    await mkdir(flows())
    for (const bridge of ['br-ex', 'br-int']) await writeFile(join(flows(), bridge), 'cookie=0x1')
    const asked = join(folder, 'asked')
    await run(putBack(flows()), {
      'ovs-ofctl': `case "$*" in *br-int*) [ -e ${asked} ] || { touch ${asked}; exit 1; } ;; esac`,
    })
    await expect(readdir(flows())).rejects.toThrow('ENOENT')
  })
})
