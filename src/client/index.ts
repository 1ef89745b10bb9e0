export type {
  Approval,
  Decision,
  OnFailure,
  OperationInputs,
  OperationName,
  StepDecision,
  StepFailure,
  Waiting,
} from '../../workflows/operations.js'
export type { Change } from '../plan/change.js'
export type { ReleaseSummary } from '../plan/release-record.js'
export type { Finding } from '../model/finding.js'
export { connect } from './connect.js'
export type { ConnectOptions } from './connect.js'
export type { ServerChoice } from './connection.js'
export {
  BadInput,
  CloudBusy,
  LockLost,
  NoServer,
  NoWorker,
  OperationCancelled,
  OperationError,
  RolledBack,
  StepFailed,
  UnknownOperation,
} from './errors.js'
export type { OperationEvent, Step } from './events.js'
export type { Explanation } from './explain.js'
export { formatExplanation } from './format-explanation.js'
export type { KollaTemporal, StartOptions } from './kolla-temporal.js'
export type { OperationHandle } from './operation-handle.js'
export type { OperationSummary } from './operation-summary.js'
export type { OperationResult } from './result.js'
