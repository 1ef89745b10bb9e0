import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow'
import type { ActivityOptions } from '@temporalio/workflow'
import type { Activities } from '../activities/index.js'

/**
 * A host that can't be reached may be rebooting or cut off: a step waits for it for an hour. What a retry can't mend,
 * activities throw as non-retryable, at once or after a few attempts (activities/failures.ts).
 */
const patience: ActivityOptions = {
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '10 seconds' },
}

/** Longest silence of a living worker: how soon a killed one is noticed. */
const heartbeatTimeout = '20 seconds'

/** Looking changes nothing and is quick. */
const look: ActivityOptions = { ...patience, startToCloseTimeout: '1 minute' }

/** Changing one service on one host: minutes at most, heartbeats all along. */
const act: ActivityOptions = {
  ...patience,
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
}

/** Packages and images: as long as the network takes. */
const transfer: ActivityOptions = {
  ...act,
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: '6 hours',
}

/** A member whose whole database may have to be copied first. */
const join: ActivityOptions = {
  ...act,
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: '3 hours',
}

/** Moving data from disk to disk: days with large ones. */
const drain: ActivityOptions = {
  ...act,
  startToCloseTimeout: '2 days',
  scheduleToCloseTimeout: '4 days',
}

/**
 * The first meeting with a host: one that does not answer now is told to the operator at once. What an earlier run has
 * begun there may take its time to end.
 */
const meet: ActivityOptions = { ...act, retry: { maximumAttempts: 2 } }

/** Taking something back after a failure, which is told only then: no host that is away may hold that up. */
const undo: ActivityOptions = {
  ...act,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '3 minutes',
}

type Step = 'look' | 'meet' | 'act' | 'transfer' | 'join' | 'drain' | 'undo'
const proxies = {
  look: proxyActivities<Activities>(look),
  meet: proxyActivities<Activities>(meet),
  act: proxyActivities<Activities>(act),
  transfer: proxyActivities<Activities>(transfer),
  join: proxyActivities<Activities>(join),
  drain: proxyActivities<Activities>(drain),
  undo: proxyActivities<Activities>(undo),
}
const options = { look, meet, act, transfer, join, drain, undo }

/**
 * Which kind of step a verb is; every verb that is not named here is an `act`. So are those that ask Nova, which may
 * take as long to answer as a look has: one that does not answer would be asked for an hour, and not be named.
 */
const kinds: Partial<Record<keyof Activities, Step>> = {
  openCloud: 'look',
  lockHolder: 'look',
  observeHost: 'meet',
  planCloud: 'look',
  checkHostNames: 'look',
  checkStorageNetwork: 'look',
  checkDatabases: 'look',
  drainOsd: 'drain',
  prepareRunonce: 'look',
  listStartedMachines: 'look',
  migrateMachine: 'transfer',
  provideRunonceImage: 'transfer',
  prepareHost: 'transfer',
  buildImages: 'transfer',
  pullImages: 'transfer',
  inspectDatabase: 'look',
  planUpgrade: 'look',
  previewMigrations: 'transfer',
  rememberTimes: 'look',
  planRollback: 'look',
  listReleases: 'look',
  openRecord: 'look',
  inspectCeph: 'look',
  managersInOrder: 'look',
  startMariadb: 'join',
  replaceMariadb: 'join',
  rejoinMariadb: 'join',
  restoreMariadb: 'join',
  setMariadbAside: 'join',
  backUpMariadb: 'transfer',
  proveBackup: 'transfer',
  withdrawSuccessors: 'undo',
  takeOsdIn: 'undo',
  reenableCompute: 'undo',
}

/** Runs one verb; `summary` (at most 200 bytes, usually a host's name) is what the Web UI and the command line show. */
export async function step<Verb extends keyof Activities>(
  verb: Verb,
  summary: string,
  ...args: Parameters<Activities[Verb]>
): Promise<Awaited<ReturnType<Activities[Verb]>>> {
  const kind = kinds[verb] ?? 'act'
  const activity = proxies[kind][verb]
  return (await activity.executeWithOptions(
    { ...options[kind], summary },
    args as never,
  )) as Awaited<ReturnType<Activities[Verb]>>
}
