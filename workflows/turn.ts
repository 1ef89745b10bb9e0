import { workflowInfo } from '@temporalio/workflow'

/** Names this run where it sets data aside, `20261123T094000Z-<run id>`: unique, and sorted by Temporal's clock. */
export function turnOfThisRun(): string {
  const { startTime, runId } = workflowInfo()
  return `${startTime.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')}-${runId}`
}
