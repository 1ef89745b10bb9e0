import { patched } from '@temporalio/workflow'
import type { ApplicationFailure } from '@temporalio/common'
import type { CloudRef, DatabaseState } from '../activities/index.js'
import { backupId, baseFor, chainOf, newest, unpackedBytes } from '../src/plan/backup.js'
import type { Backup } from '../src/plan/backup.js'
import { serves } from '../src/plan/galera.js'
import { checkHistories } from '../src/plan/galera-histories.js'
import { roomToReplace } from '../src/plan/restore-room.js'
import type { Finding } from '../src/model/finding.js'
import { titles } from '../src/plan/upgrade-plan.js'
import { badInput } from './bad-input.js'
import { observe, onAll, operate, refuse, together } from './operate.js'
import type { Operation } from './operate.js'
import type {
  CloudInput,
  MariadbBackupInput,
  MariadbRejoinInput,
  MariadbRestoreInput,
  OperationResult,
} from './operations.js'
import { findOrphans } from './orphans.js'
import { findNewestMember, inspectMembers, stopMembers } from './services/mariadb.js'
import { step } from './steps.js'
import { turnOfThisRun } from './turn.js'

/** Backs the database up from its first member, and proves that the backup can be restored. */
export async function mariadbBackup(input: MariadbBackupInput): Promise<OperationResult> {
  return operate('mariadbBackup', input, async (operation) => {
    const ref = await observeHosts(operation)
    const state = await findDatabase(operation, ref)
    const { backup, found } = await backUp(operation, ref, state, input.incremental === true)
    const size = `${Math.ceil(backup.bytes / 2 ** 20)} MiB`
    return done(`${backup.id} on ${backup.host}: ${found}, ${size}, proven by a server of its own`)
  })
}

/** Takes a backup and proves it. */
export async function backUp(
  { stages }: Pick<Operation, 'stages'>,
  ref: CloudRef,
  { members, backups }: DatabaseState,
  incremental = false,
): Promise<{ backup: Backup; found: string }> {
  refuse(checkHistories(members))
  const [first] = members.filter((member) => member.running)
  if (!first) throw badInput('no MariaDB runs: deploy, or recover the cluster first')
  const base = incremental ? baseFor(backups, first) : undefined
  if (incremental && !base) {
    throw badInput(
      `${first.host} has no backup that an incremental one could continue (none was taken, or its data or its MariaDB were replaced since): take a full one`,
    )
  }
  const id = backupId(base ? 'incremental' : 'full', new Date())
  const request = { id, ...(base && { base: base.id }) }
  const backup = await stages.run(titles.backUp, () =>
    step('backUpMariadb', `${first.host} · ${id}`, ref, first.host, request),
  )
  const found = await stages.run(titles.prove, () => {
    const chain = wholeChain([...backups, backup], backup.id)
    return step('proveBackup', `${first.host} · ${id}`, ref, first.host, chain, false)
  })
  return { backup, found }
}

/** Puts the database back to the moment of a backup, on all members. */
export async function mariadbRestore(input: MariadbRestoreInput): Promise<OperationResult> {
  return operate('mariadbRestore', input, async (operation) => {
    const ref = await observeHosts(operation)
    const state = await findDatabase(operation, ref)
    const backup = chosen(state.backups, input.backup)
    const members = state.members.map((member) => member.host)
    const other = state.members.find(({ version }) => version !== '' && version !== backup.version)
    if (other) {
      throw badInput(
        `${backup.id} was taken from MariaDB ${backup.version} and ${other.host} runs ${other.version}: roll the release back instead`,
      )
    }
    if (input.confirm !== true) throw unconfirmed(backup)
    refuse(roomToRestore(state, backup, "the backup's data beside today's"))
    const found = await putBack(operation, ref, { backup, backups: state.backups, members })
    const { hosts } = operation.cloud
    await onAll(hosts, (host) => step('forgetOneShots', host, ref, host, backup.at))
    await operation.stages.run(titles.join, () =>
      onAll(othersOf({ backup, members }), (host) => step('startMariadb', host, ref, host)),
    )
    await settle(operation, ref, members)
    const summary = `the database is that of ${backup.at} again: ${found}`
    return { ...done(summary), warnings: await findOrphans(operation, ref) }
  })
}

/** What a restore works with. */
export interface Restore {
  readonly backup: Backup
  readonly backups: readonly Backup[]
  readonly members: readonly string[]
}

/**
 * Puts a backup's data in place on its host, where a member then serves them alone; those of the others are set aside.
 * The members go on serving until the data are ready for that; while they stop, `meanwhile` is done.
 */
export async function putBack(
  { stages }: Pick<Operation, 'stages'>,
  ref: CloudRef,
  { backup, backups, members }: Restore,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<string> {
  const { host } = backup
  const turn = turnOfThisRun()
  const found = await stages.run(titles.prepare, () =>
    step('proveBackup', `${host} · ${backup.id}`, ref, host, wholeChain(backups, backup.id), true),
  )
  await together(meanwhile, () => stages.run('Stop mariadb', () => stopMembers(ref, members)))
  await stages.run(titles.restore, async () => {
    await together(
      () => step('restoreMariadb', host, ref, host, turn),
      ...othersOf({ backup, members }).map(
        (member) => () => step('setMariadbAside', member, ref, member, turn),
      ),
    )
    await step('mendMariadbAccounts', host, ref, host)
  })
  return found
}

/** Members that lack the room for a restore: what is put in place lies beside what is set aside. */
export function roomToRestore(
  { members, backups }: DatabaseState,
  backup: Backup,
  what: string,
): Finding[] {
  const chain = wholeChain(backups, backup.id)
  return roomToReplace(members, { what, bytes: unpackedBytes(chain) })
}

/**
 * When a restore has succeeded on all members: what was set aside up to the one before it goes. The last try of many that
 * failed would else have removed what the first one replaced.
 */
export async function settle(
  { stages }: Pick<Operation, 'stages'>,
  ref: CloudRef,
  members: readonly string[],
): Promise<void> {
  if (!patched('settle what restores have replaced')) return
  await stages.run('Remove what earlier restores replaced', () =>
    onAll(members, (host) => step('settleReplacedMariadb', host, ref, host, turnOfThisRun())),
  )
}

/** Members that copy what was put back. */
export function othersOf({ backup, members }: Pick<Restore, 'backup' | 'members'>): string[] {
  return members.filter((member) => member !== backup.host)
}

/** Starts a cluster whose members are all down, or wait for each other in vain, from the one with the newest data. */
export async function mariadbRecovery(input: CloudInput): Promise<OperationResult> {
  return operate('mariadbRecovery', input, async (operation) => {
    const { stages } = operation
    const ref = await observeHosts(operation)
    const { members } = await findDatabase(operation, ref)
    const hosts = members.map((member) => member.host)
    const inspect = () => inspectMembers(ref, hosts)
    const seen = await stages.run('Inspect the members', inspect)
    refuse(checkHistories(seen))
    const serving = seen.filter(serves).map((member) => member.host)
    if (serving.length > 0) {
      return done(
        `nothing to recover: ${serving.join(', ')} serve; a member that is down is deploy's`,
      )
    }
    await stages.run('Stop mariadb', () => stopMembers(ref, hosts))
    const first = await stages.run('Find the newest member', async () =>
      findNewestMember(ref, await inspect()),
    )
    if (first.action !== 'recover')
      throw badInput(
        'no member holds a database: put a backup back with `kolla-temporal mariadb-restore`; deploy makes one where there never was any',
      )
    const others = hosts.filter((host) => host !== first.host)
    await stages.run('Start the newest member', () =>
      step('recoverMariadb', first.host, ref, first.host),
    )
    await stages.run('Join the other members', () =>
      onAll(others, (host) => step('startMariadb', host, ref, host)),
    )
    return done(`recovered from ${first.host}; ${others.join(' and ')} joined it`)
  })
}

/** Has a member give up its data, which are set aside, and copy all of them from the others. */
export async function mariadbRejoin(input: MariadbRejoinInput): Promise<OperationResult> {
  return operate('mariadbRejoin', input, async (operation) => {
    const { stages } = operation
    const { host } = input
    const ref = await observeHosts(operation)
    const { members } = await findDatabase(operation, ref)
    const hosts = members.map((member) => member.host)
    if (!hosts.includes(host)) {
      throw badInput(`${host} is no member of MariaDB: they are ${hosts.join(', ')}`)
    }
    const seen = await stages.run('Inspect the members', () => inspectMembers(ref, hosts))
    const others = seen.filter((member) => member.host !== host)
    refuse(checkHistories(others))
    if (!others.some(({ data }) => data === 'complete')) {
      throw badInput(`no other member holds a database: ${host} has nothing to copy, and stays`)
    }
    const donor = others.find(serves)
    if (!donor && seen.some((member) => member.host === host && serves(member))) {
      throw badInput(
        `${host} is the only member that serves, so its data are the newest: name the one that is to copy them (${others.map((it) => it.host).join(', ')}). If it is ${host} whose data must go, stop its container mariadb first`,
      )
    }
    if (input.confirm !== true) {
      throw badInput(
        `${host} gives its own data up, which are set aside in the volume mariadb_replaced, and copies the others': confirm it (--confirm, or "confirm": true)`,
      )
    }
    const bytes = Math.max(...members.map(({ dataBytes }) => dataBytes))
    const [member] = members.filter((it) => it.host === host)
    refuse(roomToReplace(member ? [member] : [], { what: "the others' data", bytes }))
    await stages.run('Stop mariadb', () => stopMembers(ref, [host]))
    await stages.run('Set its data aside', () =>
      step('setMariadbAside', host, ref, host, turnOfThisRun()),
    )
    if (!donor) {
      return done(
        `the data of ${host} are set aside. No other member serves: \`kolla-temporal mariadb-recovery\` begins with them`,
      )
    }
    await stages.run(titles.join, async () => {
      await step('writeConfiguration', `${host} · mariadb`, ref, host, ['mariadb'])
      await step('startMariadb', host, ref, host)
    })
    return done(`${host} has copied the data of the others; what it had is set aside`)
  })
}

async function observeHosts({ cloud, stages }: Operation): Promise<CloudRef> {
  return stages.run('Observe', async () => {
    const { observed, unobserved } = await observe(cloud)
    refuse(unobserved)
    return step('rememberFacts', cloud.name, cloud.ref, observed)
  })
}

async function findDatabase(operation: Operation, ref: CloudRef): Promise<DatabaseState> {
  return operation.stages.run('Find members and backups', () =>
    step('inspectDatabase', operation.cloud.name, ref),
  )
}

/** @throws ApplicationFailure `BadInput` where a part of it is gone */
function wholeChain(backups: readonly Backup[], id: string): readonly Backup[] {
  try {
    return chainOf(backups, id)
  } catch (error) {
    throw badInput((error as Error).message)
  }
}

function chosen(backups: readonly Backup[], id?: string): Backup {
  const backup = id === undefined ? newest(backups) : backups.find((it) => it.id === id)
  if (backup) return backup
  const known = backups.map((it) => it.id).join(', ')
  throw badInput(
    known === ''
      ? 'there is no backup: take one with `kolla-temporal mariadb-backup`'
      : `there is no backup ${id ?? ''}: there are ${known}`,
  )
}

function unconfirmed({ id, at }: Backup): ApplicationFailure {
  return badInput(
    `${id} puts the whole database back to ${at}, and what was written since is lost: confirm it (--confirm, or "confirm": true)`,
  )
}

function done(summary: string): OperationResult {
  return { changes: [], warnings: [], summary }
}
