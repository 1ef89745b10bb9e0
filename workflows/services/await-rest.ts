import { ApplicationFailure } from '@temporalio/common'
import { patched } from '@temporalio/workflow'
import { failedBy, reasonOf } from '../reason.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import type { Attempt } from './protocol.js'

/**
 * For how many minutes a moment is waited for in which nothing is done with any machine, which a cloud of many users does
 * not have; and for how many in all. Less on the way back: what is undone may be the very thing that keeps them from
 * getting on.
 */
const patience = { newer: { quiet: 5, end: 30 }, older: { quiet: 2, end: 5 } }

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
 * in the middle of it leaves it there. Where there is always something, what was begun in the first minutes has ended.
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
    const { quiet, end } = patience[by]
    let among: readonly string[] | undefined
    for (let minute = 0; ; minute++) {
      const busy = await step('awaitMachines', where, run.ref, minute === 0 ? 0 : 60, host, among)
      if (busy.length === 0) return undefined
      if (
        host === undefined &&
        minute === quiet &&
        patched('what is begun later is not waited for')
      ) {
        among = await step('listBusyMachines', where, run.ref)
      }
      const names = busy.join(', ')
      if (minute === end) {
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
