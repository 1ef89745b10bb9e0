import {
  ApplicationFailure,
  condition,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow'
import { approveUpdate, waitingQuery } from '../../../workflows/messages.js'
import type { CloudInput, OperationResult } from '../../../workflows/operations.js'
import type { ToyActivities } from './toy-activities.js'

// Operations of the real names that show every way in which one can go.

const options = {
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1500 milliseconds', backoffCoefficient: 1 },
} as const
const { startMariadb, observeHost, stumble, breakDown } = proxyActivities<ToyActivities>(options)

const done = (summary: string): OperationResult => ({ changes: [], warnings: [], summary })

/** Two hosts side by side, with progress. */
export async function deploy({ cloud }: CloudInput): Promise<OperationResult> {
  setCurrentDetails('- ⏳ MariaDB')
  await Promise.all(
    ['kolla1', 'kolla2'].map((host) =>
      startMariadb.executeWithOptions({ ...options, summary: host }, [host]),
    ),
  )
  return done(`${cloud} is deployed`)
}

/** Nothing to do. */
export async function plan(): Promise<OperationResult> {
  await observeHost.executeWithOptions({ ...options, summary: 'kolla1' }, [])
  return done('nothing to do')
}

/** Succeeds at the third attempt. */
export async function pull(): Promise<OperationResult> {
  await stumble.executeWithOptions({ ...options, summary: 'kolla3' }, [])
  return done('pulled')
}

/** A step fails for good. */
export async function reconfigure(): Promise<OperationResult> {
  await observeHost.executeWithOptions({ ...options, summary: 'kolla1' }, [])
  await breakDown.executeWithOptions({ ...options, summary: 'kolla2' }, [])
  return done('never reached')
}

export async function prechecks(): Promise<OperationResult> {
  await sleep(1)
  const findings = [
    { severity: 'error', message: 'unknown group', file: 'multinode', line: 3, column: 1 },
    { severity: 'error', message: 'port 3306 is held by mysqld', host: 'kolla2' },
  ]
  throw ApplicationFailure.nonRetryable('bad files', 'BadInput', findings)
}

export async function postDeploy(): Promise<OperationResult> {
  await sleep(1)
  throw ApplicationFailure.nonRetryable(
    'demo-deploy-1 is running on demo',
    'CloudBusy',
    'demo-deploy-1',
  )
}

/** Runs until somebody stops it. */
export async function check(): Promise<OperationResult> {
  await sleep('1 hour')
  return done('never reached')
}

/** Waits for the approval of a plan. */
export async function upgrade(): Promise<OperationResult> {
  let approved = ''
  setHandler(waitingQuery, () => ({ kind: 'approval', what: 'keystone on 3 hosts', plan: 'd1' }))
  setHandler(approveUpdate, (approval): undefined => {
    approved = 'plan' in approval ? approval.plan : approval.step
  })
  await condition(() => approved !== '')
  return done(`approved: ${approved}`)
}
