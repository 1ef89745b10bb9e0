import { afterAll, beforeAll, expect, it } from 'vitest'
import { deployWhole } from '../../support/deploy-whole.js'
import type { Installation } from '../../support/installation.js'
import { deployKilledEverywhere } from '../../support/killed-everywhere.js'
import { openstackState, removeOpenStack } from '../../support/openstack-state.js'

/** Deploys in whose middle the worker is killed, once, in each kind of step: of all that needs no hypervisor, on Ceph. */
let installation: Installation
beforeAll(async () => {
  installation = await deployWhole('without machines')
})
afterAll(() => installation.stop())

it('one kill, whatever the step, leaves the same cloud', { timeout: 14_400_000 }, async () => {
  let first: string[] | undefined
  await deployKilledEverywhere(
    installation,
    () => removeOpenStack(installation),
    async (when) => {
      const state = await openstackState(installation)
      expect(state, when).toEqual((first ??= state))
    },
  )
})
