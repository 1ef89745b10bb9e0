import { CancellationScope, log } from '@temporalio/workflow'
import { CancelledFailure } from '@temporalio/common'
import type { CloudRef, PlannedCloud } from '../activities/index.js'
import { badInput } from './bad-input.js'
import { observe, operate, refuse } from './operate.js'
import type { Operation } from './operate.js'
import type { OperationResult, RemoveOsdInput } from './operations.js'
import { step } from './steps.js'
import { unpackPlan } from './unpack-plan.js'

/** Takes an OSD out of the cluster for good, after the others have taken over what it holds. */
export async function removeOsd(input: RemoveOsdInput): Promise<OperationResult> {
  return operate('removeOsd', input, async (operation) => {
    const { stages } = operation
    const { osd: id } = input
    const { ref, members, findings } = await look(operation)
    const [monitor] = members['ceph-mon'] ?? []
    if (monitor === undefined) {
      throw badInput('enable_ceph is no: there is no OSD')
    }
    const osd = await stages.run(`Look for osd.${id}`, () =>
      step('inspectOsd', monitor, ref, monitor, id),
    )
    try {
      await stages.run(`Drain osd.${id}`, () => step('drainOsd', monitor, ref, monitor, id))
      // Of an abort that came with the last of its data.
      if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('aborted')
    } catch (error) {
      if (osd.in) await takeIn(operation, ref, monitor, id)
      throw error
    }
    await stages.run(`Remove osd.${id}`, () => step('destroyOsd', monitor, ref, monitor, osd))
    const summary = `osd.${id} is gone${osd.host === undefined ? '' : ` from ${osd.host}`}: its partitions are blank, and the next deploy makes an OSD of a disk that is still named or labelled`
    return { changes: [], warnings: findings, summary }
  })
}

/** Why the removal ended matters more than this, of which the run's stages tell. */
async function takeIn(
  { stages }: Operation,
  ref: CloudRef,
  monitor: string,
  id: number,
): Promise<void> {
  try {
    await CancellationScope.nonCancellable(() =>
      stages.run(`Take osd.${id} in again`, () => step('takeOsdIn', monitor, ref, monitor, id)),
    )
  } catch (error) {
    log.warn(`osd.${id} may still be out: \`ceph osd in ${id}\``, { error })
  }
}

/** What is wrong with the cloud stops no removal: a disk that is gone may be the very reason for it. */
async function look({ cloud, stages }: Operation): Promise<PlannedCloud> {
  return stages.run('Observe', async () => {
    const { observed, unobserved } = await observe(cloud)
    refuse(unobserved)
    const plan = unpackPlan(await step('planCloud', cloud.name, cloud.ref, observed))
    return { ...plan, ref: await step('rememberFacts', cloud.name, cloud.ref, observed) }
  })
}
