import { cephClients, cephPools, poolsDigest } from '../../src/catalog/ceph/pools.js'
import type { CephClient } from '../../src/catalog/ceph/pools.js'
import { notePools } from '../../src/host/ceph/keys.js'
import { allEnded } from '../all-ended.js'
import type { CloudContexts, CloudRef } from '../cloud-context.js'
import { askCeph, askCephJson } from './ask.js'

interface Pool {
  readonly pool_name: string
  readonly application_metadata: Readonly<Record<string, unknown>>
}

/** `ceph auth ls`, which also tells keys. */
interface Accounts {
  readonly auth_dump: readonly Account[]
}

interface Account {
  readonly entity: string
  readonly caps: Readonly<Record<string, string>>
}

function hasCaps({ caps }: Account, wanted: readonly string[]): boolean {
  const pairs = wanted.flatMap((type, index) =>
    index % 2 === 0 ? [[type, wanted[index + 1]]] : [],
  )
  return (
    Object.keys(caps).length === pairs.length &&
    pairs.every(([type = '', cap]) => caps[type] === cap)
  )
}

export function poolActivities(contexts: CloudContexts) {
  return {
    /** Pools, what each is for, and accounts that can reach their own pools only. What is there is left as it is. */
    async createCephPools(ref: CloudRef, monitor: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const { globals } = cloud.cloud
      const ask = (...args: readonly string[]) => askCeph(cloud, monitor, args)
      const pools = await askCephJson<readonly Pool[]>(
        cloud,
        monitor,
        'osd',
        'pool',
        'ls',
        'detail',
      )
      const createPool = async (name: string) => {
        const pool = pools.find((it) => it.pool_name === name)
        if (!pool) await ask('osd', 'pool', 'create', name)
        if (Object.keys(pool?.application_metadata ?? {}).length > 0) return
        await ask('osd', 'pool', 'application', 'enable', name, 'rbd')
      }
      const { auth_dump: accounts } = await askCephJson<Accounts>(cloud, monitor, 'auth', 'ls')
      const createClient = async ({ name, caps }: CephClient) => {
        const present = accounts.find(({ entity }) => entity === `client.${name}`)
        if (!present) await ask('auth', 'get-or-create', `client.${name}`, ...caps)
        else if (!hasCaps(present, caps)) await ask('auth', 'caps', `client.${name}`, ...caps)
      }
      await allEnded([
        ...cephPools(globals).map(createPool),
        ...cephClients(globals).map(createClient),
      ])
      await notePools(cloud.remote(monitor), poolsDigest(globals))
    },
  }
}
