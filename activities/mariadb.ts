import type { ApplicationFailure } from '@temporalio/common'
import type { Container } from '../src/catalog/container.js'
import { accountsSql, restoredAccountsSql } from '../src/catalog/mariadb-accounts.js'
import {
  copyingFiles,
  installDatabase,
  recoverPosition,
  standAlone,
} from '../src/catalog/mariadb.js'
import { DockerError, statusOf } from '../src/docker/errors.js'
import { execIn } from '../src/docker/exec.js'
import { writeConfiguration } from '../src/host/configuration.js'
import { inspectGalera, markSafeToBootstrap } from '../src/host/galera.js'
import type { GaleraMember } from '../src/plan/galera.js'
import { RemoteError } from '../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { HEALTH_TIMEOUT, proveHealth, runOnce, startContainer } from './containers.js'
import { badInput } from './failures.js'
import { cancellation } from './progress.js'

const name = 'mariadb'

/**
 * How long a member may take until it is Synced that may have to copy all data from another one, in milliseconds: a few
 * hundred GB through a network of 1 Gbit/s. One whose container ends is not waited for.
 */
export const JOIN_TIMEOUT = 100 * 60_000

/** Galera's protocol: who goes first, how a member joins, what proves that it is Synced. */
export function mariadbActivities(contexts: CloudContexts) {
  return {
    /** What a member's volume holds and whether it serves. Changes nothing. */
    async inspectMariadb(ref: CloudRef, host: string): Promise<GaleraMember> {
      const cloud = await contexts.get(ref)
      const volume = cloud.host(host).globals.mariadb_datadir_volume
      return inspectGalera(cloud.remote(host), { container: name, volume })
    },

    /** Makes the cluster out of nothing: installs a database, starts it alone. */
    async bootstrapMariadb(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await runOnce(cloud, host, cloud.container(host, name), {
        name: 'bootstrap_mariadb',
        command: ['bash', '-c', installDatabase],
      })
      await startMemberAlone(cloud, host)
    },

    /** Starts the member with the newest data alone, after all of them were down. */
    async recoverMariadb(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const volume = cloud.host(host).globals.mariadb_datadir_volume
      await markSafeToBootstrap(cloud.remote(host), volume)
      await startMemberAlone(cloud, host)
    },

    /** Accounts with the passwords and rights that they should have; on a Synced member, from where all get them. */
    async createMariadbAccounts(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await sql(cloud, host, accountsSql(cloud.cloud))
    },

    /** The same after data of another day were put in place, for the services' accounts too. */
    async mendMariadbAccounts(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await sql(cloud, host, restoredAccountsSql(cloud.cloud))
    },

    /**
     * The last transaction that a crashed member holds, as InnoDB tells it.
     *
     * @throws ApplicationFailure `BadInput` where it can't be read: what to do with such data is a person's decision
     */
    async recoverMariadbPosition(ref: CloudRef, host: string): Promise<number> {
      const cloud = await contexts.get(ref)
      const volume = cloud.host(host).globals.mariadb_datadir_volume
      const tail = await runOnce(cloud, host, cloud.container(host, name), {
        name: 'mariadb_position',
        command: ['bash', '-c', recoverPosition],
      }).catch((error: unknown) => {
        if (error instanceof DockerError && statusOf(error.cause) === 404) {
          throw unreadable(host, volume, [error.message])
        }
        if (error instanceof RemoteError) throw unreadable(host, volume, error.tail)
        throw error
      })
      const [, seqno] = /Recovered position: [^:]+:(-?\d+)/.exec(tail.join('\n')) ?? []
      if (seqno === undefined) throw unreadable(host, volume, tail)
      return Number(seqno)
    },

    /**
     * Starts or replaces a member; it copies what it lacks from the others, and in a cluster that nobody uses yet the
     * faster way. Returns when it is Synced.
     */
    async startMariadb(
      ref: CloudRef,
      host: string,
      cluster: 'new' | 'living' = 'living',
    ): Promise<void> {
      const cloud = await contexts.get(ref)
      if (cluster === 'living') return joinCluster(cloud, host)
      await joinClusterAs(cloud, host, copyingFiles(cloud.container(host, name)))
    },
  }
}

function unreadable(host: string, volume: string, why: readonly string[]): ApplicationFailure {
  const reason = ['the last transaction of its database can not be read:', ...why].join('\n  ')
  const way = `if another member holds the data, move what is in this one's volume ${volume} elsewhere (docker volume inspect ${volume} says where it is) and run the same command again, and it copies them; else put a backup back with \`kolla-temporal mariadb-restore\``
  return badInput([{ severity: 'error', host, message: `${reason}\n  ${way}` }])
}

/**
 * A member whose configuration names no peers begins a cluster of its own. Its own configuration lies ready again before
 * any other member is started.
 */
export async function startMemberAlone(cloud: CloudContext, host: string): Promise<void> {
  const start = () => startMember(cloud, host, HEALTH_TIMEOUT)
  await configuredAs(cloud, host, standAlone(cloud.container(host, name)), start)
}

/** Starts or replaces a member of a cluster that serves; it copies what it lacks. Returns when it is Synced. */
export async function joinCluster(cloud: CloudContext, host: string): Promise<void> {
  await startMember(cloud, host, JOIN_TIMEOUT)
}

/** The same with another configuration than its own, for this one start only. */
export async function joinClusterAs(
  cloud: CloudContext,
  host: string,
  container: Container,
): Promise<void> {
  await configuredAs(cloud, host, container, () => joinCluster(cloud, host))
}

/** Starts a member with another configuration than its own: when it is Synced, that is back. */
async function configuredAs(
  cloud: CloudContext,
  host: string,
  container: Container,
  start: () => Promise<void>,
): Promise<void> {
  await write(cloud, host, container)
  await start()
  await write(cloud, host, cloud.container(host, name))
}

async function startMember(cloud: CloudContext, host: string, timeoutMs: number): Promise<void> {
  await startContainer(cloud, host, name)
  await proveHealth(cloud, host, name, timeoutMs)
}

async function write(cloud: CloudContext, host: string, container: Container): Promise<void> {
  await writeConfiguration(cloud.remote(host), [container])
}

/** Runs statements inside the container, where root's user needs no password. They go through standard input. */
export async function sql(cloud: CloudContext, host: string, statements: string): Promise<void> {
  const command = ['mariadb', '--batch']
  const { code, stderr } = await execIn(cloud.engine(host), name, command, {
    input: statements,
    ...cancellation(),
  })
  if (code !== 0) throw new RemoteError(host, `${command.join(' ')} in ${name}`, code, [stderr])
}
