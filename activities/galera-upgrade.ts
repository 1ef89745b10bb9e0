import { shortHostname } from '../src/catalog/host-view.js'
import { copyingFrom } from '../src/catalog/mariadb.js'
import { inspectContainer, isRunning, stopContainer } from '../src/docker/containers.js'
import { isReplaced, replaceData } from '../src/host/mariadb-data.js'
import { awaitProbes } from '../src/host/wait.js'
import { RemoteError } from '../src/ssh/errors.js'
import { allEnded } from './all-ended.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { drained } from './drained.js'
import { HEALTH_TIMEOUT, ask, isAsWanted } from './containers.js'
import { levelVotes, synced } from './galera-votes.js'
import { startMember, startMemberAs } from './mariadb.js'
import { cancellation, report } from './progress.js'

/** How members of a living cluster go to another MariaDB, one after the other. */
export function galeraUpgradeActivities(contexts: CloudContexts) {
  return {
    /**
     * Waits until a member sees all others, Synced: only then may the next one go. Each has one vote then, whatever a run
     * that was ended has left.
     */
    async awaitWholeGalera(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await awaitWhole(cloud, host)
      await levelVotes(cloud)
    },

    /**
     * Replaces one member of a whole cluster by one of another MariaDB, which migrates its system tables itself. Nobody
     * is sent to it meanwhile. Returns when the cluster is whole again.
     *
     * @throws RemoteError where it is the only one that serves: there would be no database, and no old one to go back to
     */
    async replaceMariadb(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await keepOneServing(cloud, host)
      await drained(cloud, host, ['mariadb'], async () => {
        await startMember(cloud, host)
        report('migrating the system tables')
        await ask(cloud, host, 'mariadb', ['mariadb-upgrade', '--user=mysql', '--silent'])
        await awaitWhole(cloud, host)
      })
    },

    /**
     * Replaces one member by one of an older MariaDB, which can't read its data: sets them aside and has it copy all of
     * them from `donor`, which runs the older one.
     */
    async rejoinMariadb(ref: CloudRef, host: string, donor: string, turn: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const container = cloud.container(host, 'mariadb')
      const volume = cloud.host(host).globals.mariadb_datadir_volume
      await drained(cloud, host, ['mariadb'], async () => {
        if (!(await joinsAlready(cloud, host, turn))) {
          await stopContainer(cloud.engine(host), 'mariadb')
          await replaceData(cloud.remote(host), volume, {
            turn,
            prepared: false,
            ...cancellation(),
          })
        }
        const donorName = shortHostname(cloud.context(donor).host)
        await startMemberAs(cloud, host, copyingFrom(container, donorName))
        // After a restore that was ended early the others are down, and come after this one.
        await awaitWhole(cloud, host, await running(cloud))
      })
    },
  }
}

/** One that was replaced already is stopped no more. */
async function keepOneServing(cloud: CloudContext, host: string): Promise<void> {
  const others = cloud.members('mariadb').filter((member) => member !== host)
  if (others.length === 0 || (await isAsWanted(cloud, host, 'mariadb'))) return
  const [first, second] = await synced(cloud)
  if (first !== host || second !== undefined) return
  throw new RemoteError(host, 'find another member of the cluster that serves', 1, [
    `MariaDB of ${others.join(', ')} is not Synced: bring one of them back first`,
  ])
}

/**
 * Whether an earlier attempt came so far that the member copies the data, or has copied them: to stop it would throw away
 * what has come. One that its engine starts again and again does neither.
 */
async function joinsAlready(cloud: CloudContext, host: string, turn: string): Promise<boolean> {
  const found = await inspectContainer(cloud.engine(host), 'mariadb')
  if (found?.State.Running !== true || found.State.Restarting) return false
  return (await isAsWanted(cloud, host, 'mariadb')) && isReplaced(cloud.remote(host), turn)
}

/** How many members run. */
async function running(cloud: CloudContext): Promise<number> {
  const run = await allEnded(
    cloud.members('mariadb').map((member) => isRunning(cloud.engine(member), 'mariadb')),
  )
  return run.filter(Boolean).length
}

async function awaitWhole(
  cloud: CloudContext,
  host: string,
  size = cloud.members('mariadb').length,
): Promise<void> {
  const status = (name: string, value: string) => ({
    kind: 'exec' as const,
    container: 'mariadb',
    command: ['mariadb', '-NBe', `SHOW STATUS LIKE '${name}'`],
    line: `${name}\t${value}`,
  })
  report(`waiting for a cluster of ${size}`)
  await awaitProbes(
    cloud.remote(host),
    [status('wsrep_cluster_size', String(size)), status('wsrep_local_state_comment', 'Synced')],
    {
      title: `all ${size} members in one cluster`,
      timeoutMs: HEALTH_TIMEOUT,
      containers: ['mariadb'],
      ...cancellation(),
    },
  )
}
