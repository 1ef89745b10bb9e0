import { setTimeout as sleep } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import type { Activities, DatabaseState } from '../../activities/index.js'
import type { Backup } from '../../src/plan/backup.js'
import type { ReleaseSummary, Versions } from '../../src/plan/release-record.js'
import { CLUSTER, NEW_RELEASE, OLD_RELEASE } from './cloud.js'

/** Verbs that are carried out as in production: simulated hosts answer all that they ask. */
export const real: readonly string[] = [
  'openCloud',
  'lockHolder',
  'observeHost',
  'rememberFacts',
  'planCloud',
  'planUpgrade',
  'awaitHealth',
  'verifyRabbitmq',
  'issueToken',
] as const satisfies readonly (keyof Activities)[]

/** How long every other verb takes, in milliseconds. On real hosts it is seconds: the bench is about what grows with their number. */
const STEP = 10

const control = ['control1', 'control2', 'control3']
const mariadb = '10.11'
const at = '2026-11-01T00:00:00Z'
const backup: Backup = {
  id: '20261101T000000Z-full',
  host: 'control1',
  kind: 'full',
  at,
  version: mariadb,
  image: 'mariadb-server',
  lineage: 'a',
  bytes: 2 ** 30,
}
const versions: Versions = { programs: {}, mariadb, rabbitmq: '4.0.5', schemas: {} }
const record: ReleaseSummary = {
  id: `${OLD_RELEASE}-20261101T000000Z`,
  release: OLD_RELEASE,
  to: NEW_RELEASE,
  ...{ at, backup, versions, images: {} },
}
const database: DatabaseState = {
  members: control.map((host) => ({
    host,
    running: true,
    version: mariadb,
    lineage: 'a',
    data: 'complete',
    cluster: CLUSTER,
    restored: '',
    dataBytes: 2 ** 30,
    asideBytes: 0,
    freeBytes: 2 ** 40,
  })),
  backups: [],
}

type Answers = { readonly [Verb in keyof Activities]?: Awaited<ReturnType<Activities[Verb]>> }

/** What the verbs of an upgrade return that return anything. */
const answers: Answers = {
  inspectDatabase: database,
  backUpMariadb: backup,
  proveBackup: '400 tables in 12 databases',
  recordRelease: record,
  inspectVersions: versions,
  previewMigrations: { versions: [] },
  registerService: [],
  checkComputes: [],
  awaitMachines: [],
  checkUpgrade: [],
}

export const simulated = {
  /** Temporal's name for the activity that answers for every type without one of its own. */
  async default(): Promise<unknown> {
    await sleep(STEP)
    return answers[Context.current().info.activityType as keyof Activities]
  },
}
