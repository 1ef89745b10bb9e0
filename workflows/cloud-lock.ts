import {
  CancellationScope,
  ParentClosePolicy,
  condition,
  defineSignal,
  log,
  setHandler,
  sleep,
  startChild,
} from '@temporalio/workflow'
import type { ChildWorkflowHandle } from '@temporalio/workflow'
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { step } from './steps.js'

const release = defineSignal('release')

/** Holds a cloud for its parent. The server lets only one workflow of an id run, so the id is the lock. */
export async function cloudLock(): Promise<void> {
  let released = false
  setHandler(release, () => {
    released = true
  })
  await condition(() => released)
}

export const lockId = (cloud: string) => `${cloud}-lock`

/**
 * Runs `body` while no other operation of the cloud can, whatever workflow ids are used. A holder that ends in any way,
 * even terminated, takes its lock along.
 *
 * @throws ApplicationFailure `CloudBusy` that names the workflow which runs
 */
export async function holding<T>(cloud: string, body: () => Promise<T>): Promise<T> {
  const lock = await acquire(cloud)
  try {
    return await body()
  } finally {
    await CancellationScope.nonCancellable(() => free(lock))
  }
}

/** A lock that somebody ended by hand is free already. */
async function free(lock: ChildWorkflowHandle<typeof cloudLock>): Promise<void> {
  try {
    await lock.signal(release)
    await lock.result()
  } catch (error) {
    log.warn('the lock was gone before its release', { error })
  }
}

/** How often a lock without a holder is tried again: one whose holder has just ended is free within moments. */
const PATIENCE = 50

async function acquire(cloud: string): Promise<ChildWorkflowHandle<typeof cloudLock>> {
  for (let tries = 1; ; tries++) {
    try {
      // A cancelled operation keeps its lock until its steps have ended.
      return await CancellationScope.nonCancellable(() =>
        startChild(cloudLock, {
          workflowId: lockId(cloud),
          parentClosePolicy: ParentClosePolicy.TERMINATE,
          staticSummary: `one operation at a time on ${cloud}`,
        }),
      )
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      const holder = await step('lockHolder', cloud, lockId(cloud))
      if (holder) throw busy(cloud, holder)
      if (tries === PATIENCE) throw busy(cloud, lockId(cloud))
      await sleep('200 milliseconds')
    }
  }
}

function busy(cloud: string, holder: string): ApplicationFailure {
  const message = `${holder} is running on ${cloud}: follow it with \`kolla-temporal attach ${holder}\`, or wait for its end`
  return ApplicationFailure.nonRetryable(message, 'CloudBusy', holder)
}
