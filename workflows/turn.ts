import { workflowInfo } from '@temporalio/workflow'
import { stamp } from '../src/model/stamp.js'

/** Names this run where it sets data aside, `20261123T094000Z-<run id>`: unique, and sorted by Temporal's clock. */
export function turnOfThisRun(): string {
  const { startTime, runId } = workflowInfo()
  return `${stamp(startTime)}-${runId}`
}
