import type { ApplicationFailure } from '@temporalio/common'
import type { Finding } from '../src/model/finding.js'
import { badInput } from './bad-input.js'
import { observeAndPlan, operate } from './operate.js'
import type { BuildImagesInput, OperationResult, PullInput } from './operations.js'
import { pullImages } from './pull-images.js'
import { step } from './steps.js'
import { planRelease } from './upgrade-plan.js'

/** Builds the cloud's images with kolla-build and serves them from its registry. */
export async function buildImages(input: BuildImagesInput): Promise<OperationResult> {
  return operate('buildImages', input, async ({ cloud, stages }) => {
    const { ref, buildHost } = cloud
    if (buildHost === undefined) throw noBuildHost()
    await stages.run('Start the registry', () => step('startRegistry', buildHost, ref, buildHost))
    const built = await stages.run('Build and push images', () =>
      step('buildImages', buildHost, ref, buildHost, input),
    )
    const summary = `${built.built} images built and pushed, ${built.present} were there`
    return { changes: [], warnings: (built.exchanged ?? []).map(isExchanged), summary }
  })
}

function isExchanged(ref: string): Finding {
  const message = `${ref} was there, and it is not the one that was built: \`deploy\` refuses it`
  return { severity: 'warning', message }
}

function noBuildHost(): ApplicationFailure {
  const message = 'no host builds images: name one in the group [registry] of the inventory'
  return badInput(message)
}

/** Brings every image to every host that needs it, now or for another release, and changes nothing else. */
export async function pull(input: PullInput): Promise<OperationResult> {
  return operate('pull', input, async (operation) => {
    const { release } = input
    const plan = await (release === undefined
      ? observeAndPlan(operation)
      : operation.stages.run('Observe and plan', () => planRelease(operation, release)))
    await pullImages(operation.stages, plan)
    const { pulls, findings } = plan
    const summary =
      pulls.length === 0
        ? 'Every host has its images'
        : `images pulled on ${pulls.map(({ host }) => host).join(', ')}`
    return { changes: [], warnings: findings, summary }
  })
}
