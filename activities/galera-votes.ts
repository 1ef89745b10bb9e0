import { isRunning } from '../src/docker/containers.js'
import { leaveNote, removeNote } from '../src/host/notes.js'
import { notes } from '../src/plan/drained.js'
import { allEnded } from './all-ended.js'
import type { CloudContext } from './cloud-context.js'
import { ask } from './containers.js'
import { cancellation } from './progress.js'

const name = 'mariadb'

/**
 * Where the plugin `wsrep_provider` is loaded (as MariaDB 11.8.9 of Debian does by itself), each option of the provider is
 * a variable of its own, and `wsrep_provider_options` can't be set any more.
 */
const pluginVariable = 'wsrep_provider_pc_weight'

/**
 * Has `join` bring a member into a cluster. Galera counts members that have yet to copy the data as it does those that hold
 * them: where two of three go away before they have, because everything on a host begins at once, the third one serves
 * nobody any more. So one that holds them outvotes all others until every member does.
 */
export async function whileOutvoted(cloud: CloudContext, join: () => Promise<void>): Promise<void> {
  const hosts = cloud.members(name)
  const [first, ...more] = await synced(cloud)
  if (first !== undefined && (more.length + 1) * 2 <= hosts.length) {
    await leaveNote(cloud.remote(first), notes.votes)
    await giveVotes(cloud, first, hosts.length)
  }
  await join()
  await returnVotes(cloud)
}

/** One vote for each member of a whole cluster, and no note that there is more to do. */
export async function levelVotes(cloud: CloudContext): Promise<void> {
  const hosts = cloud.members(name)
  const [host = ''] = hosts
  const all = Number(await status(cloud, host, 'wsrep_cluster_weight'))
  if (all !== hosts.length) await allEnded(hosts.map((member) => giveVotes(cloud, member, 1)))
  await allEnded(hosts.map((member) => removeNote(cloud.remote(member), notes.votes)))
}

/** Levels the votes of a cluster, and returns whether it is whole: else that is for who brings the others in. */
export async function returnVotes(cloud: CloudContext): Promise<boolean> {
  const isWhole = (await synced(cloud)).length === cloud.members(name).length
  if (isWhole) await levelVotes(cloud)
  return isWhole
}

/** Members that hold all data and serve. */
export async function synced(cloud: CloudContext): Promise<string[]> {
  const states = await allEnded(
    cloud.members(name).map(async (host) => {
      const runs = await isRunning(cloud.engine(host), name).catch(() => false)
      const state = runs && (await status(cloud, host, 'wsrep_local_state_comment').catch(() => ''))
      return state === 'Synced' ? [host] : []
    }),
  )
  // An attempt that was ended has asked nobody.
  cancellation().signal.throwIfAborted()
  return states.flat()
}

async function giveVotes(cloud: CloudContext, host: string, votes: number): Promise<void> {
  const ownVariable = await told(cloud, host, `SHOW VARIABLES LIKE '${pluginVariable}'`)
  const set =
    ownVariable === ''
      ? `wsrep_provider_options = 'pc.weight=${votes}'`
      : `${pluginVariable} = ${votes}`
  await ask(cloud, host, name, ['mariadb', '-e', `SET GLOBAL ${set}`])
}

const status = (cloud: CloudContext, host: string, variable: string): Promise<string> =>
  told(cloud, host, `SHOW STATUS LIKE '${variable}'`)

/** The value in the one row that `statement` shows, empty where it shows none. */
async function told(cloud: CloudContext, host: string, statement: string): Promise<string> {
  const said = await ask(cloud, host, name, ['mariadb', '-NBe', statement])
  return said.trim().split('\t')[1] ?? ''
}
