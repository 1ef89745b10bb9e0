import { isCancellation, log } from '@temporalio/workflow'
import type { StepTime } from '../src/plan/step-times.js'
import type { UpgradeStep } from '../src/plan/upgrade-plan.js'
import type { Operation } from './operate.js'
import { step } from './steps.js'

/**
 * Keeps how long each part took, for the next plan to say. Where that can't be kept, what was done is done all the same.
 *
 * @param since of the stages that this workflow has run, how many came before the operation, and are another one's
 */
export async function rememberTimes(
  { cloud, stages }: Operation,
  operation: 'upgrade' | 'rollback',
  parts: readonly { readonly title: string; readonly hosts: UpgradeStep['hosts'] }[],
  since = 0,
): Promise<void> {
  const at = new Date().toISOString()
  const times = Object.entries(stages.times(since)).map(([title, seconds]): [string, StepTime] => {
    const hosts = parts.find((part) => part.title === title)?.hosts.length
    return [title, { seconds, at, ...(hosts !== undefined && { hosts }) }]
  })
  try {
    await step('rememberTimes', operation, cloud.ref, operation, Object.fromEntries(times))
  } catch (error) {
    if (isCancellation(error)) throw error
    log.warn('how long each part took is not kept', { error })
  }
}
