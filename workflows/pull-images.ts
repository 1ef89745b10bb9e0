import type { PlannedCloud } from '../activities/index.js'
import { titles } from '../src/plan/upgrade-plan.js'
import { onAll } from './operate.js'
import type { Stages } from './stages.js'
import { step } from './steps.js'

type Pulls = Pick<PlannedCloud, 'pulls' | 'ref'>

interface PullOptions {
  readonly title?: string
  /** Hosts that pull at once, if not as many as a worker takes upon itself. */
  readonly window?: number
}

/** All images that hosts lack, everywhere at once. */
export async function pullImages(
  stages: Stages,
  { pulls, ref }: Pulls,
  { title = titles.pull, window }: PullOptions = {},
): Promise<void> {
  if (pulls.length === 0) return
  await stages.run(title, () =>
    onAll(pulls, ({ host, images }) => step('pullImages', host, ref, host, images), window),
  )
}

/**
 * Nothing that runs is touched before everything is there that it needs. Where nothing runs, what all else stands on begins
 * while the other images still come.
 */
export function pullsByTurn({ pulls, ref, foundation }: PlannedCloud): {
  readonly first: Pulls
  readonly meanwhile: Pulls
} {
  const ofThose = (wanted: (image: string) => boolean): Pulls => ({
    ref,
    pulls: pulls.flatMap((pull) => {
      const images = pull.images.filter(wanted)
      return images.length > 0 ? [{ ...pull, images }] : []
    }),
  })
  const isFirst = (image: string) => foundation?.includes(image) ?? true
  return { first: ofThose(isFirst), meanwhile: ofThose((image) => !isFirst(image)) }
}
