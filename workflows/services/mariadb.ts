import type { ApplicationFailure } from '@temporalio/common'
import { checkHistories } from '../../src/plan/galera-histories.js'
import { chooseFirstMember } from '../../src/plan/galera.js'
import type { FirstMember, GaleraMember } from '../../src/plan/galera.js'
import type { CloudRef } from '../../activities/index.js'
import { badInput } from '../bad-input.js'
import { onAll, refuse } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import type { Protocol } from './protocol.js'

/** Galera: one member to begin with, which the others join. */
export const mariadb: Protocol = {
  async start(run) {
    run.databaseIsNew = await formGalera(run)
    await rollMariadb(run, run.databaseIsNew)
  },
  before(run, hosts, attempt) {
    const [member = ''] = [...run.members('mariadb'), ...hosts]
    return attempt('all members of mariadb', () =>
      step('awaitWholeGalera', member, run.ref, member),
    )
  },
  replace: (run, host) => step('replaceMariadb', host, run.ref, host),
  oneAtATime: true,
}

/**
 * Sees to it that at least one member is Synced, so that the others can join it: bootstraps a cluster that never was,
 * recovers one whose members are all down from the member with the newest data, and leaves a living one alone.
 * Returns whether the cluster is new.
 */
async function formGalera(run: Run): Promise<boolean> {
  if (run.changed('mariadb').length === 0) return false
  const { ref } = run
  return run.stages.run('Form the Galera cluster', async () => {
    const { action, host } = await firstMember(run)
    if (action === 'bootstrap') await step('bootstrapMariadb', host, ref, host)
    if (action === 'recover') await step('recoverMariadb', host, ref, host)
    if (action === 'await') await step('awaitHealth', `${host} · mariadb`, ref, host, 'mariadb')
    await step('createMariadbAccounts', host, ref, host)
    return action === 'bootstrap'
  })
}

/** Starts the members that are to change. In a new cluster they join side by side, in a living one by one. */
async function rollMariadb(run: Run, newCluster: boolean): Promise<void> {
  if (run.changed('mariadb').length === 0) return
  const cluster = newCluster ? 'new' : 'living'
  await run.stages.run('Start mariadb', () =>
    run.rolling('mariadb', (host) => step('startMariadb', host, run.ref, host, cluster)),
  )
}

async function firstMember(run: Run) {
  const hosts = run.members('mariadb')
  const seen = await inspectMembers(run.ref, hosts)
  refuse(checkHistories(seen))
  const first = chooseFirstMember(seen)
  const inVain = seen.filter((member) => member.running)
  if (first.action !== 'recover' || inVain.length === 0) return findNewestMember(run.ref, seen)
  await stopMembers(
    run.ref,
    inVain.map((member) => member.host),
  )
  return findNewestMember(run.ref, await inspectMembers(run.ref, hosts))
}

export async function inspectMembers(ref: CloudRef, hosts: readonly string[]) {
  return onAll(hosts, (host) => step('inspectMariadb', host, ref, host))
}

/** Members tell their last transaction only when they don't run. */
export async function stopMembers(ref: CloudRef, hosts: readonly string[]): Promise<void> {
  await onAll(hosts, (host) => step('stopMariadb', host, ref, host))
}

/**
 * The member to begin with; one that crashed is asked for its last transaction only when it is needed.
 *
 * @throws ApplicationFailure `BadInput` where their data are of several histories, or none tells its position
 */
export async function findNewestMember(
  ref: CloudRef,
  members: readonly GaleraMember[],
): Promise<FirstMember> {
  refuse(checkHistories(members))
  const first = chooseFirstMember(members)
  if (first.action !== 'recover') return first
  const positioned = await onAll(members, (member) => withPosition(ref, member))
  refuse(checkHistories(positioned))
  const newest = chooseFirstMember(positioned)
  const holders = positioned.filter((member) => member.data === 'complete')
  if (holders.length > 1 && holders.every((member) => member.seqno < 0)) throw undecided(holders)
  return newest
}

/** A member that crashed has its last transaction in InnoDB alone. */
async function withPosition(ref: CloudRef, member: GaleraMember): Promise<GaleraMember> {
  if (member.data !== 'complete' || member.seqno >= 0) return member
  const { host } = member
  const { cluster, seqno } = await step('recoverMariadbPosition', host, ref, host)
  // Restored data that no server has begun with name the history that they were copied from.
  const named = member.cluster !== '' || member.restored !== ''
  return { ...member, seqno, cluster: named ? member.cluster : cluster }
}

/** To begin with the wrong one would lose what the others have committed. */
function undecided(holders: readonly GaleraMember[]): ApplicationFailure {
  const names = holders.map((member) => member.host).join(', ')
  const message = `${names} hold databases and none tells its last transaction: start the one with the newest data by hand, then deploy again`
  return badInput(message)
}
