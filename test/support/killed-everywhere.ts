import { expect } from 'vitest'
import type { KollaTemporal } from '../../src/client/index.js'
import { away } from './away.js'
import { cloud } from './installation.js'
import type { Installation } from './installation.js'
import { eventually } from './lab.js'
import { killAtEveryStep, verbsOf } from './mortal-worker.js'
import { OpenStack } from './openstack.js'
import { openstackState, removeOpenStack } from './openstack-state.js'
import type { OpenStackService } from './openstack-state.js'

/** Deploys with a kill in a step of that verb, if there is one. Returns the verbs of all steps, and where it was killed. */
async function deploy(installation: Installation, client: KollaTemporal, kill?: string) {
  const operation = await client.start('deploy', { cloud })
  const killed =
    kill === undefined
      ? new Set<string>()
      : await killAtEveryStep(installation, operation.workflowId, kill)
  await operation.result()
  return { verbs: await verbsOf(operation), killed }
}

/** Prepares, deploys and proves: once to its end, then with a kill in each kind of step that there was. */
export async function deployKilledEverywhere(
  installation: Installation,
  prepare: () => Promise<void>,
  prove: (when: string) => Promise<void>,
): Promise<void> {
  const client = await installation.client()
  try {
    await prepare()
    const { verbs } = await deploy(installation, client)
    await prove('without a kill')
    console.log(`a kill in each of ${verbs.join(', ')}`)
    const spared: string[] = []
    for (const verb of verbs) {
      await prepare()
      const { killed } = await deploy(installation, client, verb)
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
  } finally {
    await client.close()
  }
}

/**
 * The same, each time from a cloud without these services, or without any but Keystone and Ceph; every cloud is like
 * the one that was deployed without a kill.
 */
export async function deployOpenStackKilledEverywhere(
  installation: Installation,
  services?: readonly OpenStackService[],
): Promise<void> {
  let first: string[] | undefined
  await deployKilledEverywhere(
    installation,
    () => removeOpenStack(installation, services),
    async (when) => {
      const state = await openstackState(installation)
      expect(state, when).toEqual((first ??= state))
    },
  )
}
