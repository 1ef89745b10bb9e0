import { isRunning } from '../src/docker/containers.js'
import { allEnded } from './all-ended.js'
import type { CloudContext } from './cloud-context.js'
import { ask } from './containers.js'

const name = 'mariadb'

/**
 * Has `join` bring a member into a cluster. Galera counts members that have yet to copy the data as it does those that hold
 * them: where two of three go away before they have, because everything on a host begins at once, the third one serves
 * nobody any more. So one that holds them outvotes all others until every member does.
 */
export async function whileOutvoted(cloud: CloudContext, join: () => Promise<void>): Promise<void> {
  const hosts = cloud.members(name)
  const [first, ...more] = await synced(cloud)
  if (first !== undefined && (more.length + 1) * 2 <= hosts.length) {
    await giveVotes(cloud, first, hosts.length)
  }
  await join()
  if ((await synced(cloud)).length === hosts.length) await levelVotes(cloud)
}

/** One vote for each member of a whole cluster. */
export async function levelVotes(cloud: CloudContext): Promise<void> {
  const hosts = cloud.members(name)
  const [host = ''] = hosts
  if (Number(await status(cloud, host, 'wsrep_cluster_weight')) === hosts.length) return
  await allEnded(hosts.map((member) => giveVotes(cloud, member, 1)))
}

async function synced(cloud: CloudContext): Promise<string[]> {
  const states = await allEnded(
    cloud.members(name).map(async (host) => {
      const runs = await isRunning(cloud.engine(host), name).catch(() => false)
      const state = runs && (await status(cloud, host, 'wsrep_local_state_comment').catch(() => ''))
      return state === 'Synced' ? [host] : []
    }),
  )
  return states.flat()
}

async function status(cloud: CloudContext, host: string, variable: string): Promise<string> {
  const said = await ask(cloud, host, name, ['mariadb', '-NBe', `SHOW STATUS LIKE '${variable}'`])
  return said.trim().split('\t')[1] ?? ''
}

async function giveVotes(cloud: CloudContext, host: string, votes: number): Promise<void> {
  const set = `SET GLOBAL wsrep_provider_options = 'pc.weight=${votes}'`
  await ask(cloud, host, name, ['mariadb', '-e', set])
}
