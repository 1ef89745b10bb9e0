import { afterAll, beforeAll, expect, it } from 'vitest'
import type { KollaTemporal } from '../../../src/client/index.js'
import { deployWhole } from '../../support/deploy-whole.js'
import { cloud } from '../../support/installation.js'
import type { Installation } from '../../support/installation.js'
import { eventually } from '../../support/lab.js'
import { away } from '../../support/away.js'
import { killAtEveryStep, verbsOf } from '../../support/mortal-worker.js'
import { OpenStack } from '../../support/openstack.js'
import { openstackState, removeOpenStack } from '../../support/openstack-state.js'

/**
 * For each kind of step that brings Open vSwitch and OpenStack's services to a cloud with Keystone and Ceph, one deploy in
 * whose middle of it the worker is killed, once.
 */
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

it(
  'one kill, whatever the step, leaves the same cloud: one cell, each compute discovered once',
  { timeout: 14_400_000 },
  async () => {
    await removeOpenStack(installation)
    const { verbs } = await deploy()
    const first = await openstackState(installation)
    const spared: string[] = []
    for (const verb of verbs) {
      await removeOpenStack(installation)
      const { killed } = await deploy(verb)
      if (!killed.has(verb)) spared.push(verb)
      expect(await openstackState(installation), `after a kill in ${verb}`).toEqual(first)
      const openstack = await OpenStack.of(installation)
      await eventually(
        () => away(openstack),
        (names) => names.length === 0,
        120,
      )
      expect(await installation.run('plan')).toContain('Nothing to change')
      console.log(`the same after a kill in ${verb}`)
    }
    expect(spared).toEqual([])
  },
)
