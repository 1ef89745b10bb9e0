import type { Change } from '../src/plan/change.js'
import type { Finding } from '../src/model/finding.js'

/** Task queue that workers of kolla-temporal poll, unless told otherwise. */
export const TASK_QUEUE = 'kolla-temporal'

/** Name of the worker deployment (Temporal's worker versioning). */
export const DEPLOYMENT = 'kolla-temporal'

/** Every operation works on one cloud, which its workers know by name. */
export interface CloudInput {
  readonly cloud: string
}

export interface PrepareHostsInput extends CloudInput {
  /** Only these hosts; by default all. */
  readonly hosts?: readonly string[]
}

export interface BuildImagesInput extends CloudInput {
  /** One of kolla-build's profiles, or ours: `control-plane`. By default `control-plane`. */
  readonly profile?: string
  /** Kolla image names instead of a profile. */
  readonly images?: readonly string[]
}

export interface DeployInput extends CloudInput {
  /** Only these services, as kolla-ansible's `--tags`. */
  readonly services?: readonly string[]
}

export interface RemoveOsdInput extends CloudInput {
  /** Ceph's number of it: 3 for osd.3. */
  readonly osd: number
}

/** Workflow type → input: what an operator types into the Web UI's "Start Workflow". */
export interface OperationInputs {
  readonly prechecks: CloudInput
  readonly plan: DeployInput
  readonly prepareHosts: PrepareHostsInput
  readonly buildImages: BuildImagesInput
  readonly pull: CloudInput
  readonly deploy: DeployInput
  readonly reconfigure: DeployInput
  readonly postDeploy: CloudInput
  readonly check: CloudInput
  readonly removeOsd: RemoveOsdInput
}

export type OperationName = keyof OperationInputs

/** What an operation returns; it stays in the history. */
export interface OperationResult {
  /** What the plan said and the run did; empty when everything was as described. */
  readonly changes: readonly Change[]
  /** Warnings about the operator's files and the hosts. */
  readonly warnings: readonly Finding[]
  /** One or more sentences for a person: `3 hosts prepared`, where admin-openrc.sh lies. */
  readonly summary: string
}

/** `type` of the ApplicationFailures that workflows and activities throw. */
export type FailureType =
  /** What the operator wrote, or the state of a host, must be mended by a person first. Details: Finding[]. */
  | 'BadInput'
  /** Another operation of this cloud is running. Details: [workflowId]. */
  | 'CloudBusy'
  /** A step failed on a host. Details: [StepFailure]. */
  | 'StepFailed'

/** Details of a failed step, as `explain` shows it. */
export interface StepFailure {
  readonly host: string
  readonly command: string
  readonly exitCode?: number
  /** The last lines of the log, secrets removed. */
  readonly tail: readonly string[]
  readonly advice: string
}
