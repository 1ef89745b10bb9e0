import { afterAll, beforeAll, it } from 'vitest'
import { deployWhole } from '../../support/deploy-whole.js'
import type { Installation } from '../../support/installation.js'
import { deployOpenStackKilledEverywhere } from '../../support/killed-everywhere.js'

/** Deploys in whose middle the worker is killed, once, in each kind of step: of all that needs no hypervisor, on Ceph. */
let installation: Installation
beforeAll(async () => {
  installation = await deployWhole('without machines')
})
afterAll(() => installation.stop())

it(
  'one kill, whatever the step, leaves the same cloud',
  () => deployOpenStackKilledEverywhere(installation),
  14_400_000,
)
