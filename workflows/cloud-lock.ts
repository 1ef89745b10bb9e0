import {
  CancellationScope,
  ParentClosePolicy,
  condition,
  defineSignal,
  setHandler,
  sleep,
  startChild,
} from '@temporalio/workflow'
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
    await CancellationScope.nonCancellable(async () => {
      await lock.signal(release)
      await lock.result()
    })
  }
}

async function acquire(cloud: string) {
  for (;;) {
    try {
      return await startChild(cloudLock, {
        workflowId: lockId(cloud),
        parentClosePolicy: ParentClosePolicy.TERMINATE,
        staticSummary: `one operation at a time on ${cloud}`,
      })
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      const holder = await step('lockHolder', cloud, lockId(cloud))
      if (holder) throw busy(cloud, holder)
      await sleep('200 milliseconds') // the holder has just ended
    }
  }
}

function busy(cloud: string, holder: string): ApplicationFailure {
  const message = `${holder} is running on ${cloud}: follow it with \`kolla-temporal attach ${holder}\`, or wait for its end`
  return ApplicationFailure.nonRetryable(message, 'CloudBusy', holder)
}
