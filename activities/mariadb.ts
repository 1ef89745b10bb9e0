import type { ApplicationFailure } from '@temporalio/common'
import type { Container } from '../src/catalog/container.js'
import { accountsSql } from '../src/catalog/mariadb-accounts.js'
import { restoredAccountsSql } from '../src/catalog/one-shots.js'
import {
  UNREADABLE,
  copyingFiles,
  copyingMark,
  installDatabase,
  recoverPosition,
  standAlone,
} from '../src/catalog/mariadb.js'
import { isRunning } from '../src/docker/containers.js'
import { execIn } from '../src/docker/exec.js'
import { writeConfiguration } from '../src/host/configuration.js'
import { inspectGalera, markSafeToBootstrap } from '../src/host/galera.js'
import { unknownCluster } from '../src/host/observe/database.js'
import { checkNoTraces } from '../src/plan/check-data.js'
import type { GaleraMember, GaleraPosition } from '../src/plan/galera.js'
import { RemoteError } from '../src/ssh/errors.js'
import { allEnded } from './all-ended.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { proveHealth, runOnce, startContainer } from './containers.js'
import { badInput } from './failures.js'
import { whileOutvoted } from './galera-votes.js'
import { cancellation } from './progress.js'

const name = 'mariadb'

/**
 * How long a member may copy all data from another one, in milliseconds: a few hundred GB through a network of 1 Gbit/s.
 * What comes before and after has the time of any service.
 */
export const COPY_TIMEOUT = 100 * 60_000

/** Galera's protocol: who goes first, how a member joins, what proves that it is Synced. */
export function mariadbActivities(contexts: CloudContexts) {
  return {
    /** What a member's volume holds and whether it serves. Changes nothing. */
    async inspectMariadb(ref: CloudRef, host: string): Promise<GaleraMember> {
      return inspectMember(await contexts.get(ref), host)
    },

    /**
     * Makes the cluster out of nothing: installs a database, starts it alone.
     *
     * @throws ApplicationFailure `BadInput` where a member's volumes show that there was one
     */
    async bootstrapMariadb(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      // The plan has looked for more, on all hosts; this is done once in a cloud's life and worth another look.
      const members = await allEnded(cloud.members(name).map((it) => inspectMember(cloud, it)))
      const findings = checkNoTraces(members)
      if (findings.length > 0) throw badInput(findings)
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
    async recoverMariadbPosition(ref: CloudRef, host: string): Promise<GaleraPosition> {
      const cloud = await contexts.get(ref)
      const volume = cloud.host(host).globals.mariadb_datadir_volume
      const tail = await runOnce(cloud, host, cloud.container(host, name), {
        name: 'mariadb_position',
        command: ['bash', '-c', recoverPosition],
      }).catch((error: unknown) => {
        const unread = error instanceof RemoteError && error.exitCode === UNREADABLE
        throw unread ? unreadable(host, volume, error.tail) : error
      })
      const [, cluster = '', seqno] =
        /Recovered position: ([^:]+):(-?\d+)/.exec(tail.join('\n')) ?? []
      if (seqno === undefined) throw unreadable(host, volume, tail)
      return { cluster: cluster.replace(unknownCluster, ''), seqno: Number(seqno) }
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
      await whileOutvoted(cloud, async () => {
        if (cluster === 'living') await startMember(cloud, host)
        else await startMemberAs(cloud, host, copyingFiles(cloud.container(host, name)))
      })
    },
  }
}

function inspectMember(cloud: CloudContext, host: string): Promise<GaleraMember> {
  const volume = cloud.host(host).globals.mariadb_datadir_volume
  return inspectGalera(cloud.remote(host), { container: name, volume })
}

function unreadable(host: string, volume: string, why: readonly string[]): ApplicationFailure {
  const reason = ['the last transaction of its database can not be read:', ...why].join('\n  ')
  const way = `if another member holds the data, set aside what is in this one's volume ${volume} with \`kolla-temporal mariadb-rejoin ${host} --confirm\` and run the same command again, and it copies them; else put a backup back with \`kolla-temporal mariadb-restore\``
  return badInput([{ severity: 'error', host, message: `${reason}\n  ${way}` }])
}

/**
 * A member whose configuration names no peers begins a cluster of its own. Its own configuration lies ready again before
 * any other member is started.
 */
export async function startMemberAlone(cloud: CloudContext, host: string): Promise<void> {
  await startMemberAs(cloud, host, standAlone(cloud.container(host, name)))
}

/**
 * As `startMember`, with another configuration than its own. Whatever comes of it that is back afterwards: a member that
 * Docker starts again later must find its peers.
 */
export async function startMemberAs(
  cloud: CloudContext,
  host: string,
  container: Container,
): Promise<void> {
  await write(cloud, host, container)
  try {
    await startMember(cloud, host)
  } finally {
    await write(cloud, host, cloud.container(host, name))
  }
}

/** Starts or replaces a member; it copies what it lacks. Returns when it is Synced. */
export async function startMember(cloud: CloudContext, host: string): Promise<void> {
  await startContainer(cloud, host, name)
  const volume = cloud.host(host).globals.mariadb_datadir_volume
  await proveHealth(cloud, host, name, { volume, file: copyingMark, timeoutMs: COPY_TIMEOUT })
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

/**
 * Lets accounts without the right SUPER make triggers while `body` runs, which MariaDB withholds as long as it writes a
 * binary log. Every member that runs is told: HAProxy may turn to another one meanwhile.
 */
export async function trustingFunctionCreators<T>(
  cloud: CloudContext,
  body: () => Promise<T>,
): Promise<T> {
  const running = await Promise.all(
    cloud.members(name).map(async (host) => {
      return (await isRunning(cloud.engine(host), name)) ? [host] : []
    }),
  )
  const set = (value: 0 | 1) =>
    allEnded(
      running
        .flat()
        .map((host) => sql(cloud, host, `SET GLOBAL log_bin_trust_function_creators = ${value}`)),
    )
  try {
    await set(1)
    return await body()
  } finally {
    await set(0)
  }
}
