import {
  CancellationScope,
  ParentClosePolicy,
  condition,
  defineSignal,
  log,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow'
import type { ChildWorkflowHandle } from '@temporalio/workflow'
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import type { Hold } from '../activities/index.js'
import { lockId } from './lock-id.js'
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

/**
 * Runs `body` while no other operation of the cloud can, whatever workflow ids are used. A holder that ends in any way,
 * even terminated, takes its lock along; one whose lock is ended by hand stops as if it were cancelled.
 *
 * @throws ApplicationFailure `CloudBusy` that names the workflow which runs, `LockLost`
 */
export async function holding<T>(cloud: string, body: (hold: Hold) => Promise<T>): Promise<T> {
  const lock = await acquire(cloud)
  const { workflowId: holder } = workflowInfo()
  const hold = { since: Date.now(), lock: lock.firstExecutionRunId, holder }
  const scope = new CancellationScope()
  let state: 'held' | 'freed' | 'lost' = 'held'
  const ended = () => {
    if (state !== 'held') return
    state = 'lost'
    scope.cancel()
  }
  lock.result().then(ended, ended)
  const isLost = () => state === 'lost'
  try {
    return await scope.run(() => body(hold))
  } catch (error) {
    throw isLost() ? lost(cloud) : error
  } finally {
    if (!isLost()) {
      state = 'freed'
      await CancellationScope.nonCancellable(() => free(lock))
    }
  }
}

function lost(cloud: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `somebody has ended ${lockId(cloud)}, the lock of ${cloud}: this operation has stopped where it was; run the same command again`,
    'LockLost',
  )
}

/** A lock that somebody ended by hand in this very moment is free already. */
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
