import type { PlannedCloud } from '../activities/index.js'
import { titles } from '../src/plan/upgrade-plan.js'
import { onAll } from './operate.js'
import type { Stages } from './stages.js'
import { step } from './steps.js'

/** All images that hosts lack, everywhere at once. */
export async function pullImages(
  stages: Stages,
  { pulls, ref }: Pick<PlannedCloud, 'pulls' | 'ref'>,
): Promise<void> {
  if (pulls.length === 0) return
  await stages.run(titles.pull, () =>
    onAll(pulls, ({ host, images }) => step('pullImages', host, ref, host, images)),
  )
}
