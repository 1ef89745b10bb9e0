import type { Connection } from '../model/cloud.js'

/** A host, or a jump host on the way to one. */
export interface Station {
  /** Inventory name, or `jump host bastion`. */
  readonly name: string
  readonly connection: Connection
}

/**
 * All machines that one logs in to, each once: first those that are reached directly, then those behind one jump host, and
 * so on. Who has the keys of a list on record can ask the next one.
 */
export function stations(hosts: readonly Station[]): Station[][] {
  const jumpHosts = hosts.flatMap(({ connection: { jumps = [] } }) =>
    jumps.map(({ name, ...login }, index) => ({
      name: `jump host ${name}`,
      connection: { ...login, become: false, jumps: jumps.slice(0, index) },
    })),
  )
  // One that is both goes by its name as a host.
  const distinct = new Map([...jumpHosts, ...hosts].map((it) => [wayTo(it.connection), it]))
  const lists: Station[][] = []
  for (const station of distinct.values()) {
    const { length } = station.connection.jumps ?? []
    lists[length] = [...(lists[length] ?? []), station]
  }
  return lists.filter((list) => list.length > 0)
}

function wayTo({ address, port, jumps = [] }: Connection): string {
  return JSON.stringify([...jumps, { address, port }].map((it) => [it.address, it.port]))
}
