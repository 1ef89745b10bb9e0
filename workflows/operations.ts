import type { Change } from '../src/plan/change.js'
import type { Packed } from '../src/plan/same-on-hosts.js'
import type { ReleaseSummary } from '../src/plan/release-record.js'
import type { Finding } from '../src/model/finding.js'
import type { RunonceAddresses } from '../src/plan/runonce.js'

/** Task queue that workers of kolla-temporal poll, unless told otherwise. */
export const TASK_QUEUE = 'kolla-temporal'

/** Name of the worker deployment (Temporal's worker versioning). */
export const DEPLOYMENT = 'kolla-temporal'

/** Workflow type of a part of an operation that has a workflow of its own; no operation itself. */
export const PART = 'replacePart'

/** Every operation works on one cloud, which its workers know by name. */
export interface CloudInput {
  readonly cloud: string
}

export interface PrepareHostsInput extends CloudInput {
  /** Only these hosts; by default all. */
  readonly hosts?: readonly string[]
  /** That they are this cloud's from now on, whosever they are. */
  readonly takeOver?: boolean
}

export interface BuildImagesInput extends CloudInput {
  /** One of kolla-build's profiles, or of ours (src/images/profiles.ts); by default what all services of the cloud need. */
  readonly profile?: string
  /** Kolla image names instead of a profile. */
  readonly images?: readonly string[]
  /** What the registry serves of them is right, whoever has pushed it. */
  readonly adopt?: boolean
}

export interface PullInput extends CloudInput {
  /** Whose images an upgrade will need: `2026.1`; by default those of the cloud as its files describe it. */
  readonly release?: string
}

export interface DeployInput extends CloudInput {
  /** Only these services, as kolla-ansible's `--tags`. */
  readonly services?: readonly string[]
}

export interface RemoveOsdInput extends CloudInput {
  /** Ceph's number of it: 3 for osd.3. */
  readonly osd: number
}

/** With the disk's serial or size: what shows that somebody has looked at it. */
export interface WipeDiskInput extends CloudInput {
  readonly host: string
  /** `/dev/sdc` */
  readonly disk: string
  readonly serial?: string
  /** As `lsblk` prints it, or in bytes. */
  readonly size?: string
}

/** Networks, sizes, an image and what else a first machine needs; addresses are kolla-ansible's unless told. */
export interface InitRunonceInput extends CloudInput, RunonceAddresses {
  /** Absolute path of an image on the build host, or without one on the first host of `glance-api`; by default the guest. */
  readonly image?: string
  /** For the key pair `mykey`: a line as in `~/.ssh/id_ed25519.pub`. */
  readonly publicKey?: string
  /** Whether a machine is booted, too. */
  readonly boot?: boolean
}

export interface ComputeInput extends CloudInput {
  /** A compute host, by its name in the inventory or as Nova calls it. */
  readonly host: string
}

export interface MariadbBackupInput extends CloudInput {
  /** Only what has changed since the last backup; by default everything. */
  readonly incremental?: boolean
}

export interface MariadbRestoreInput extends CloudInput {
  /** Of `mariadbBackup`; by default the last one. */
  readonly backup?: string
  /** That everything which was written since the backup is given up. */
  readonly confirm?: boolean
}

export interface MariadbRejoinInput extends CloudInput {
  /** The member. */
  readonly host: string
  /** That its own data are given up; they are set aside. */
  readonly confirm?: boolean
}

export interface UpgradeInput extends CloudInput {
  /** OpenStack's release to go to: `2026.1`. */
  readonly release: string
  /** Whether somebody must approve the plan before anything is done. */
  readonly approve?: boolean
  /** Hosts of one service that are replaced at once: a number, or a part of them as `50%`. By default 1. */
  readonly batch?: number | string
  /** What comes after each service's first host: an approval, or so many seconds. By default neither. */
  readonly canary?: 'approval' | number
  /** By default `pause`. */
  readonly onFailure?: OnFailure
  /** Whether machines are moved away from a host, live, before what carries them is replaced there. */
  readonly evacuate?: boolean
  /** Only show the plan. */
  readonly dryRun?: boolean
}

export interface RollbackInput extends CloudInput {
  /** Of a release record; by default of the last one. */
  readonly record?: string
  /** That the data of the moment which the plan names take the place of today's. */
  readonly confirm?: boolean
  readonly onFailure?: Exclude<OnFailure, 'rollback'>
  /** Only show the plan. */
  readonly dryRun?: boolean
}

export interface PruneInput extends CloudInput {
  /** How many release records stay; by default 2. With 0 there is no way back, and no record that there was a database. */
  readonly keep?: number
}

/** When a step fails: wait for a person's decision, undo everything, or end with the failure. */
export type OnFailure = 'pause' | 'rollback' | 'stop'

export type Decision = 'retry' | 'skip' | 'rollback' | 'abort'

/** Names what is approved, as `Waiting` does: anything else that waits by then is not. */
export type Approval = { readonly plan: string } | { readonly step: string }

/** What to do about a step that failed. */
export interface StepDecision {
  /** As `Waiting` names it: no other that waits by then is decided. */
  readonly step: string
  readonly decision: Decision
}

/** What an operation waits for. */
export interface Waiting {
  readonly kind: 'approval' | 'canary' | 'failure' | 'paused'
  /** In a sentence or more. */
  readonly what: string
  /** Names the plan that wants an approval. */
  readonly plan?: string
  /** Names what else wants an approval, or the step that wants a decision; no two of a run have the same name. */
  readonly step?: string
}

/** Workflow type → input: what an operator types into the Web UI's "Start Workflow". */
export interface OperationInputs {
  readonly prechecks: CloudInput
  readonly plan: DeployInput
  readonly prepareHosts: PrepareHostsInput
  readonly buildImages: BuildImagesInput
  readonly pull: PullInput
  readonly deploy: DeployInput
  readonly reconfigure: DeployInput
  readonly postDeploy: CloudInput
  readonly initRunonce: InitRunonceInput
  readonly drainCompute: ComputeInput
  readonly enableCompute: ComputeInput
  readonly removeCompute: ComputeInput
  readonly check: CloudInput
  readonly removeOsd: RemoveOsdInput
  readonly wipeDisk: WipeDiskInput
  readonly mariadbBackup: MariadbBackupInput
  readonly mariadbRestore: MariadbRestoreInput
  readonly mariadbRecovery: CloudInput
  readonly mariadbRejoin: MariadbRejoinInput
  readonly upgrade: UpgradeInput
  readonly rollback: RollbackInput
  readonly releases: CloudInput
  readonly prune: PruneInput
}

export type OperationName = keyof OperationInputs

/** What an operation returns; it stays in the history. */
export interface OperationResult {
  /** What the plan said and the run did; empty when everything was as described. What is the same on many hosts is said once. */
  readonly changes: Packed<Change>
  /** Warnings about the operator's files and the hosts. */
  readonly warnings: readonly Finding[]
  /** One or more sentences for a person: `3 hosts prepared`, where admin-openrc.sh lies. */
  readonly summary: string
  /** Of `releases`: latest first. */
  readonly releases?: readonly ReleaseSummary[]
}

/** `type` of the ApplicationFailures that workflows and activities throw. */
export type FailureType =
  /** What the operator wrote, or the state of a host, must be mended by a person first. Details: Finding[]. */
  | 'BadInput'
  /** Another operation of this cloud is running. Details: [workflowId]. */
  | 'CloudBusy'
  /** The operation's lock was ended by hand, or another one has got it: it has stopped. Details: Finding[], or none. */
  | 'LockLost'
  /** A step failed on a host. Details: [StepFailure]. */
  | 'StepFailed'
  /** An upgrade failed and undid itself. Its cause is what failed. */
  | 'RolledBack'

/** `type` of an activity's ApplicationFailures that say nothing of its step: it is tried again. */
export type PassingFailureType =
  /** The host can't be reached. Details: Finding[]. */
  | 'HostUnreachable'
  /** A newer attempt has begun, or Temporal can't hear the worker. */
  | 'AttemptEnded'
  /** The operation began with another worker's state directory. */
  | 'WrongWorker'

/** Details of a failed step, as `explain` shows it. */
export interface StepFailure {
  readonly host: string
  readonly command: string
  readonly exitCode?: number
  /** The last lines of the log, secrets removed. */
  readonly tail: readonly string[]
  readonly advice: string
}
