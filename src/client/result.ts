import type { OperationResult as PackedResult } from '../../workflows/operations.js'
import type { Change } from '../plan/change.js'
import { unpack } from '../plan/same-on-hosts.js'

/** What an operation returned. */
export type OperationResult = Omit<PackedResult, 'changes'> & {
  /** What the plan said and the run did; empty when everything was as described. */
  readonly changes: readonly Change[]
}

/** A result as people and programs read it. */
export function readResult(result: PackedResult): OperationResult {
  return { ...result, changes: unpack(result.changes) }
}
