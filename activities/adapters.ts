import type { Client } from '@temporalio/client'
import type { SshPool } from '../src/ssh/pool.js'
import type { CloudFiles } from '../src/model/cloud.js'
import type { CheckedFiles } from './check-files.js'
import type { Secrets } from './redact.js'

/** What activities are built from: everything that reaches out of the process. */
export interface Adapters {
  /** Register of clouds, snapshots, digest keys. */
  readonly stateDirectory: string
  readonly ssh: SshPool
  readonly secrets: Secrets
  readonly client: Client
  /** Reads a cloud's files where they can hold up nobody. */
  readonly checkFiles: (files: CloudFiles) => Promise<CheckedFiles>
}
