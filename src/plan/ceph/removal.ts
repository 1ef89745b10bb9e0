/** `ceph osd tree --format json`, as far as we read it. */
export interface OsdTree {
  readonly nodes: readonly {
    readonly id: number
    readonly name: string
    readonly type: string
    readonly children?: readonly number[]
    readonly status?: string
    /** 0 for an OSD that is out. */
    readonly reweight?: number
  }[]
}

/** `ceph osd df --format json`. */
export interface OsdUsage {
  readonly nodes: readonly { readonly id: number; readonly kb: number; readonly kb_used: number }[]
}

/** Ceph takes no more data on an OSD that is fuller than this. */
const fullest = 0.85

/**
 * Why the other OSDs can't take over what one holds; undefined when they can. Each copy of a pool lies on another
 * host, Ceph's own rule.
 */
export function whyKept(
  id: number,
  {
    tree,
    usage,
    pools,
  }: {
    readonly tree: OsdTree
    readonly usage: OsdUsage
    readonly pools: readonly { readonly pool_name: string; readonly size: number }[]
  },
): string | undefined {
  const alive = tree.nodes
    .filter((it) => it.type === 'osd' && it.status === 'up' && (it.reweight ?? 0) > 0)
    .map((it) => it.id)
    .filter((it) => it !== id)
  const hosts = tree.nodes.filter(
    ({ type, children = [] }) => type === 'host' && children.some((it) => alive.includes(it)),
  )
  const pool = pools.find(({ size }) => size > hosts.length)
  if (pool) {
    return `without osd.${id} only ${hosts.length} hosts have OSDs that are up, and the pool ${pool.pool_name} keeps ${pool.size} copies on as many hosts: add a disk on another host first`
  }
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  const room = sum(usage.nodes.filter((it) => alive.includes(it.id)).map(({ kb }) => kb)) * fullest
  const used = sum(usage.nodes.map(({ kb_used }) => kb_used))
  if (used <= room) return undefined
  const gib = (kb: number) => `${(kb / 2 ** 20).toFixed(1)} GiB`
  return `the other OSDs have room for ${gib(room)}, and ${gib(used)} are used: add a disk first`
}
