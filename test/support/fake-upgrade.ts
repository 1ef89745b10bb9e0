import { ApplicationFailure } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import type { PlannedRollback, PlannedUpgrade } from '../../activities/index.js'
import type { Waiting } from '../../workflows/operations.js'
import type { Finding } from '../../src/model/finding.js'
import type { Backup } from '../../src/plan/backup.js'
import { upgradeSteps } from '../../src/plan/upgrade-plan.js'
import { changesOf, fakeActivities, planned, startedService } from './fake-activities.js'
import type { Call } from './fake-activities.js'

export const hosts = ['kolla1', 'kolla2', 'kolla3']
const schemas = { keystone: ['a'] }
export const versions = {
  programs: { keystone: '28.1.0' },
  mariadb: '10.11',
  rabbitmq: '4.0.5',
  schemas,
}
export const backup: Backup = {
  id: '20261123T094000Z-full',
  host: 'kolla1',
  kind: 'full',
  at: '2026-11-23T09:40:00Z',
  version: '10.11',
  image: 'mariadb-server',
  lineage: 'a',
  bytes: 1,
}
export const record = {
  id: '2025.2-x',
  release: '2025.2',
  to: '2026.1',
  at: '',
  backup,
  versions,
  images: {},
}

export function upgradePlan(digest = 'd1'): PlannedUpgrade {
  const plan = planned(changesOf('replace'), {
    pulls: hosts.map((host) => ({ host, images: ['cron'] })),
  })
  const steps = upgradeSteps(plan.changes, plan.members)
  const current = { cloud: 'demo', files: 'old', found: 'old' }
  const times = { times: {}, timesBack: {} }
  return { ...plan, from: '2025.2', to: '2026.1', current, steps, noReturn: [], ...times, digest }
}

export function rollbackPlan(digest = 'r1'): PlannedRollback {
  const plan = planned(changesOf('replace'), { ref: { cloud: 'demo', files: 'old', found: 'r' } })
  const steps = upgradeSteps(plan.changes, plan.members).reverse()
  return { ...plan, record, steps, times: {}, digest }
}

export const gone: Finding = {
  severity: 'error',
  host: 'kolla2',
  message: 'images of the record are neither here nor in the registry: keystone',
}

/** Activities of a cloud whose MariaDB is `mariadb` when a rollback looks at it, with the data of a backup or not. */
export function fakes(
  mariadb = '11.8',
  more: Parameters<typeof fakeActivities>[0] = {},
  restored = '',
) {
  const sizes = { dataBytes: 2 ** 20, freeBytes: 2 ** 30 }
  const member = (host: string) => {
    return { host, running: true, version: mariadb, lineage: 'a', restored, ...sizes }
  }
  return fakeActivities({
    inspectDatabase: () => ({ members: hosts.map(member), backups: [backup] }),
    planUpgrade: () => upgradePlan(),
    backUpMariadb: () => backup,
    proveBackup: () => '100 tables in 5 databases',
    recordRelease: () => record,
    inspectVersions: () => versions,
    previewMigrations: () => ({ versions: [{ program: 'MariaDB', from: '10.11', to: '11.8' }] }),
    inspectMigrations: () => ({ schemas, rabbitmq: '4.0.5' }),
    openRecord: () => ({ ref: { cloud: 'demo', files: 'old', found: 'record' }, record, gone: [] }),
    planRollback: rollbackPlan,
    ...more,
  })
}

/** The verbs in the order of their calls, each once; `startContainers keystone` tells whose. */
export const order = (calls: readonly Call[]) => [
  ...new Set(calls.map((call) => [call.verb, startedService(call)].filter(Boolean).join(' '))),
]

export async function until(handle: WorkflowHandle, kind: Waiting['kind']): Promise<Waiting> {
  for (;;) {
    const waiting = await handle.query<Waiting | undefined>('waiting').catch(() => undefined)
    if (waiting?.kind === kind) return waiting
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Fails on one host until `mended` says otherwise. */
export function broken(host: string) {
  const state = { mended: false }
  const startContainers = (_ref: unknown, on: string, names: readonly string[]) => {
    if (names.includes('keystone') && on === host && !state.mended)
      throw ApplicationFailure.nonRetryable(`${on}: keystone exited`, 'StepFailed')
  }
  return { state, startContainers }
}
