import { ApplicationFailure } from '@temporalio/common'
import { failedBy, reasonOf } from '../reason.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import type { Attempt } from './protocol.js'

/**
 * How long machines are waited for, in minutes. Less on the way back: what is undone may be the very thing that keeps them
 * from getting on.
 */
const patience = { newer: 30, older: 5 }

/** Waits for all machines, as a step of its own that a person decides about where it fails. Returns whether they rest. */
export function restBefore(
  run: Run,
  part: string,
  by: keyof typeof patience,
  attempt: Attempt,
): Promise<boolean> {
  return attempt(`machines at rest before ${part}`, () => awaitRest(run, by))
}

/**
 * Waits until no machine, or none of one host, is being built, moved or changed otherwise: a process of Nova's that ends
 * in the middle of it leaves it there.
 *
 * @throws ApplicationFailure with those that do not come to an end
 */
export async function awaitRest(run: Run, by: keyof typeof patience, host?: string): Promise<void> {
  const busy = await restless(run, by, host)
  if (busy === undefined) return
  throw ApplicationFailure.nonRetryable(
    `${busy}; \`retry\` waits on, and \`openstack server set --state active ID\` ends what is stuck`,
  )
}

/** The same; returns a sentence on those that do not come to an end, or undefined. */
export async function restless(
  run: Run,
  by: keyof typeof patience,
  host?: string,
): Promise<string | undefined> {
  const where = host ?? 'all machines'
  try {
    for (let minute = 0; ; minute++) {
      const busy = await step('awaitMachines', where, run.ref, minute === 0 ? 0 : 60, host)
      if (busy.length === 0) return undefined
      const names = busy.join(', ')
      if (minute === patience[by]) {
        return `after ${minute} minutes something is still being done with machines: ${names}`
      }
      run.stages.notice(`Waits until nothing is done with machines: ${names}`, where)
    }
  } catch (error) {
    // Where Nova does not answer, nobody can begin anything: it may be what is to be mended.
    if (!failedBy(error, 'StepFailed')) throw error
    const message = `whether machines were being built or moved was not to be seen, and nothing was waited for: ${reasonOf(error)}`
    run.findings.push({ severity: 'warning', ...(host !== undefined && { host }), message })
    return undefined
  } finally {
    run.stages.notice('', where)
  }
}
