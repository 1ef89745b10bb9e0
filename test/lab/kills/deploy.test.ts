import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KollaTemporal } from '../../../src/client/index.js'
import { deployWhole } from '../../support/deploy-whole.js'
import { cloud } from '../../support/installation.js'
import type { Installation } from '../../support/installation.js'
import { eventually } from '../../support/lab.js'
import { away } from '../../support/away.js'
import { Machine } from '../../support/machine.js'
import { killAtEveryStep, verbsOf } from '../../support/mortal-worker.js'
import { OpenStack } from '../../support/openstack.js'
import { openstackState, removeOpenStack } from '../../support/openstack-state.js'
import { Ping } from '../../support/ping.js'
import { machineProcesses } from '../../support/whole-cloud.js'

/** Deploys in whose middle the worker is killed, once, in each kind of step. */
let installation: Installation
let client: KollaTemporal
beforeAll(async () => {
  installation = await deployWhole()
  client = await installation.client()
})
afterAll(async () => {
  await client.close()
  await installation.stop()
})

/** Deploys with a kill in a step of that verb, if there is one. Returns the verbs of all steps, and where it was killed. */
async function deploy(kill?: string) {
  const operation = await client.start('deploy', { cloud })
  const killed =
    kill === undefined
      ? new Set<string>()
      : await killAtEveryStep(installation, operation.workflowId, kill)
  await operation.result()
  return { verbs: await verbsOf(operation), killed }
}

/** Prepares, deploys and proves: once to its end, then with a kill in each kind of step that there was. */
async function deployKilledEverywhere(
  prepare: () => Promise<void>,
  prove: (when: string) => Promise<void>,
): Promise<void> {
  await prepare()
  const { verbs } = await deploy()
  await prove('without a kill')
  const spared: string[] = []
  for (const verb of verbs) {
    await prepare()
    const { killed } = await deploy(verb)
    if (!killed.has(verb)) spared.push(verb)
    const when = `after a kill in ${verb}`
    await prove(when)
    const openstack = await OpenStack.of(installation)
    await eventually(
      () => away(openstack),
      (names) => names.length === 0,
      120,
    )
    expect(await installation.run('plan'), when).toContain('Nothing to change')
    console.log(`the same ${when}`)
  }
  expect(spared).toEqual([])
}

describe('one kill, whatever the step', { timeout: 14_400_000 }, () => {
  it('of all that Keystone and Ceph carry, leaves the same cloud: one cell, each compute discovered once', async () => {
    let first: string[] | undefined
    await deployKilledEverywhere(
      () => removeOpenStack(installation),
      async (when) => {
        const state = await openstackState(installation)
        expect(state, when).toEqual((first ??= state))
      },
    )
  })

  it('while every service is given another option, leaves a machine as it runs', async () => {
    await installation.run('init-runonce')
    const openstack = await OpenStack.of(installation)
    const guest = { image: 'guest', network: 'demo-net', flavor: 'm1.nano' }
    const machine = await Machine.boot(openstack, 'untouched', guest)
    await machine.says(/guest ready/)
    const ping = new Ping(await machine.giveFloatingAddress('public1'))
    const before = await machineProcesses()
    let count = 0
    await deployKilledEverywhere(
      () =>
        installation.write(
          'config/global.conf',
          `[DEFAULT]\nrpc_response_timeout = ${60 + ++count}\n`,
        ),
      async (when) => expect(await machineProcesses(), when).toEqual(before),
    )
    const { longestGap } = await ping.stop()
    expect(longestGap).toBeLessThan(30_000)
  })
})
