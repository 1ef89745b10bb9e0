import type { WorkflowExecutionInfo } from '@temporalio/client'

/** One line of a cloud's history. */
export interface OperationSummary {
  readonly workflowId: string
  readonly operation: string
  /** Missing only until the operation has read its input, where it was started without this client. */
  readonly cloud: string | undefined
  /** Where it only shows its plan, and holds no lock. */
  readonly dryRun?: true
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed out'
  readonly startedAt: Date
  readonly closedAt: Date | undefined
  /** From start to end, or until now. */
  readonly seconds: number
}

type Described = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'type' | 'memo' | 'startTime' | 'closeTime'
> & { readonly status: Pick<WorkflowExecutionInfo['status'], 'name'> }

export function summarize(info: Described, now = new Date()): OperationSummary {
  const cloud = info.memo?.['cloud']
  const dryRun = info.memo?.['dryRun']
  return {
    workflowId: info.workflowId,
    operation: info.type,
    cloud: typeof cloud === 'string' ? cloud : undefined,
    ...(dryRun === true && { dryRun }),
    status: statuses[info.status.name] ?? 'running',
    startedAt: info.startTime,
    closedAt: info.closeTime,
    seconds: ((info.closeTime ?? now).getTime() - info.startTime.getTime()) / 1000,
  }
}

const statuses: Partial<Record<string, OperationSummary['status']>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed out',
}
