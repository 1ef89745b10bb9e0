import { mariabackup, proveBackup, takeBackup } from '../src/catalog/mariabackup.js'
import { inspectContainer, stopContainer } from '../src/docker/containers.js'
import { execIn } from '../src/docker/exec.js'
import { markSafeToBootstrap } from '../src/host/galera.js'
import { writeConfiguration } from '../src/host/configuration.js'
import {
  inspectData,
  listBackups,
  removeBackups,
  replaceData,
  settleReplaced,
} from '../src/host/mariadb-data.js'
import type { MemberData } from '../src/host/mariadb-data.js'
import type { Backup } from '../src/plan/backup.js'
import { label } from '../src/plan/desired.js'
import { RemoteError } from '../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { runOnce } from './containers.js'
import { startMemberAlone } from './mariadb.js'
import { cancellation, report } from './progress.js'

/** The database as backups see it. */
export interface DatabaseState {
  /** In the inventory's order. */
  readonly members: readonly DatabaseMember[]
  /** Those of all members' volumes. */
  readonly backups: readonly Backup[]
}

export interface DatabaseMember extends MemberData {
  readonly host: string
  readonly running: boolean
  /** Of the server that runs; empty where none does. */
  readonly version: string
  /** Of OpenStack, that its container is of; of one that does not run. */
  readonly release?: string
}

/** What a backup is to be. */
export interface BackupRequest {
  readonly id: string
  readonly base?: string
}

const name = 'mariadb'

/** MariaDB's data as a whole: backups of them, and how they are put back. */
export function mariadbBackupActivities(contexts: CloudContexts) {
  return {
    /** Who holds the database, and which backups there are. Changes nothing. */
    async inspectDatabase(ref: CloudRef): Promise<DatabaseState> {
      const cloud = await contexts.get(ref)
      const hosts = cloud.members(name)
      const [members, backups] = await Promise.all([
        Promise.all(hosts.map((host) => memberOf(cloud, host))),
        Promise.all(hosts.map((host) => listBackups(cloud.remote(host)))),
      ])
      return { members, backups: backups.flat() }
    },

    /** Streams a backup of a member, which goes on serving, into its host's volume. */
    async backUpMariadb(ref: CloudRef, host: string, request: BackupRequest): Promise<Backup> {
      const cloud = await contexts.get(ref)
      const present = (await inspectContainer(cloud.engine(host), name))?.Config.Image
      if (present === undefined) throw new RemoteError(host, 'find the container mariadb', 1, [])
      const { id, base = '' } = request
      await runBackupTool(cloud, host, present, {
        name: 'mariabackup',
        script: takeBackup,
        environment: { id, base, image: present },
      })
      const taken = (await listBackups(cloud.remote(host))).find((backup) => backup.id === id)
      if (taken) return taken
      throw new RemoteError(host, `backup ${id}`, 1, ['another backup was running: it has ended'])
    },

    /**
     * Unpacks a chain of backups (see `chainOf`), prepares them, and has a server without a network check every table.
     * Returns what was found; with `keep` the prepared data stay for `restoreMariadb`.
     */
    async proveBackup(
      ref: CloudRef,
      host: string,
      chain: readonly Backup[],
      keep: boolean,
    ): Promise<string> {
      const cloud = await contexts.get(ref)
      const ids = chain.map((backup) => backup.id)
      const tail = await runBackupTool(cloud, host, chain[0]?.image ?? '', {
        name: keep ? 'mariadb_prepare' : 'mariadb_prove',
        script: proveBackup,
        environment: { chain: ids.join(' '), keep: keep ? 'yes' : '' },
      })
      return tail.at(-1)?.replace(/^proven: /, '') ?? ''
    },

    async removeBackups(ref: CloudRef, host: string, ids: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      await removeBackups(cloud.remote(host), ids)
    },

    /** Stops a member in its own time. */
    async stopMariadb(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      report('stopping mariadb')
      await stopContainer(cloud.engine(host), name)
    },

    /**
     * Puts the prepared data in the place of a stopped member's and starts it alone, which begins a new history for
     * Galera. What was there lies in the volume `mariadb_replaced` (see `settleReplacedMariadb`). `turn` names the
     * occasion, once in a cloud's life.
     */
    async restoreMariadb(ref: CloudRef, host: string, turn: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const volume = cloud.host(host).globals.mariadb_datadir_volume
      await stopContainer(cloud.engine(host), name)
      await replaceData(cloud.remote(host), volume, { turn, prepared: true, ...cancellation() })
      // A second try finds a member that was in a cluster since.
      await markSafeToBootstrap(cloud.remote(host), volume)
      await startMemberAlone(cloud, host)
    },

    /** Sets a stopped member's data aside, so that it copies all of them from the others when it starts. */
    async setMariadbAside(ref: CloudRef, host: string, turn: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const volume = cloud.host(host).globals.mariadb_datadir_volume
      await replaceData(cloud.remote(host), volume, { turn, prepared: false, ...cancellation() })
    },

    /** Once a restore has succeeded on all members: what was set aside up to the success before it is removed. */
    async settleReplacedMariadb(ref: CloudRef, host: string, turn: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await settleReplaced(cloud.remote(host), turn)
    },
  }
}

async function memberOf(cloud: CloudContext, host: string): Promise<DatabaseMember> {
  const volume = cloud.host(host).globals.mariadb_datadir_volume
  const data = await inspectData(cloud.remote(host), volume)
  const engine = cloud.engine(host)
  const present = await inspectContainer(engine, name)
  // One that its engine starts again and again can't be asked for its version.
  const running = present?.State.Running === true && !present.State.Restarting
  if (!running) {
    const release = present?.Config.Labels[label.release]
    return { host, running, version: '', ...data, ...(release !== undefined && { release }) }
  }
  const { stdout } = await execIn(engine, name, ['mariadbd', '--version'], cancellation())
  return { host, running, version: /Ver ([\d.]+)/.exec(stdout)?.[1] ?? '', ...data }
}

/** Runs a script in a container of the very image that the data belong to. */
async function runBackupTool(
  cloud: CloudContext,
  host: string,
  image: string,
  tool: {
    readonly name: string
    readonly script: string
    readonly environment: Readonly<Record<string, string>>
  },
): Promise<readonly string[]> {
  const container = mariabackup(cloud.context(host))
  await writeConfiguration(cloud.remote(host), [container], cancellation())
  const { name: toolName, script, environment } = tool
  const command = ['bash', '-c', script]
  const oneShot = { name: toolName, command, environment, scratch: true }
  return runOnce(cloud, host, container, oneShot, image)
}
