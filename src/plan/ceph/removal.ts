import { gib } from '../gib.js'

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

/** `ceph osd pool ls detail --format json`. */
export interface OsdPool {
  readonly pool_name: string
  readonly size: number
  readonly crush_rule: number
}

/** `ceph osd crush rule dump --format json`. */
export interface CrushRule {
  readonly rule_id: number
  readonly steps: readonly { readonly op: string; readonly type?: string }[]
}

/** Ceph takes no more data on an OSD that is fuller than this. */
const fullest = 0.85

interface Cluster {
  readonly tree: OsdTree
  readonly usage: OsdUsage
  readonly pools: readonly OsdPool[]
  readonly rules: readonly CrushRule[]
}

/**
 * Why the other OSDs can't take over what one holds; undefined when they can. Each copy of a pool lies in another place
 * of the kind that the pool's rule names: on another host, by Ceph's own. Where there are no more places than copies,
 * what an OSD holds goes to the others in its place and nowhere else.
 */
export function whyKept(id: number, { tree, usage, pools, rules }: Cluster): string | undefined {
  const alive = tree.nodes
    .filter((it) => it.type === 'osd' && it.status === 'up' && (it.reweight ?? 0) > 0)
    .map((it) => it.id)
    .filter((it) => it !== id)
  const spread = pools.map((pool) => {
    const kind = kindOfPlace(rules.find((it) => it.rule_id === pool.crush_rule))
    return { pool, kind, places: placesOf(kind, tree, alive) }
  })
  const wide = spread.find(({ pool, places }) => pool.size > places.length)
  if (wide) return fewPlaces(id, wide)
  const own = spread
    .filter(({ pool, places }) => pool.size === places.length)
    .flatMap(({ places }) => places.filter(({ osds }) => osds.includes(id)))
  const all: Place = { name: '', osds: usage.nodes.map((it) => it.id) }
  return [...own, all].map((place) => lackOfRoom(usage, alive, place)).find((it) => it !== '')
}

/** What each copy lies on another of, by the first choice of a rule; where that can't be read, by Ceph's own. */
function kindOfPlace(rule?: CrushRule): string {
  return rule?.steps.find(({ op }) => op.startsWith('choose'))?.type ?? 'host'
}

interface Place {
  readonly name: string
  /** All that are there, also those that are down or out. */
  readonly osds: readonly number[]
}

/** Places of a kind that have OSDs which take data. */
function placesOf(kind: string, { nodes }: OsdTree, alive: readonly number[]): Place[] {
  const below = (id: number): number[] => [
    id,
    ...(nodes.find((it) => it.id === id)?.children ?? []).flatMap(below),
  ]
  return nodes
    .filter(({ type }) => type === kind)
    .map(({ id, name }) => ({ name, osds: below(id).filter((it) => it >= 0) }))
    .filter(({ osds }) => osds.some((it) => alive.includes(it)))
}

function fewPlaces(
  id: number,
  wide: { readonly pool: OsdPool; readonly kind: string; readonly places: readonly Place[] },
): string {
  const { kind, places, pool } = wide
  const [are, kinds, more] =
    kind === 'osd'
      ? ['OSDs are', 'OSDs', 'a disk']
      : [`${kind}s have OSDs that are`, `${kind}s`, `a disk on another ${kind}`]
  return `without osd.${id} only ${places.length} ${are} up, and the pool ${pool.pool_name} keeps ${pool.size} copies on as many ${kinds}: add ${more} first`
}

/** What the OSDs of a place lack to take over all that lies there; empty where they have it. */
function lackOfRoom({ nodes }: OsdUsage, alive: readonly number[], { name, osds }: Place): string {
  const own = nodes.filter((it) => osds.includes(it.id))
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  const room = sum(own.filter((it) => alive.includes(it.id)).map(({ kb }) => kb)) * fullest
  const used = sum(own.map(({ kb_used }) => kb_used))
  if (used <= room) return ''
  const [there, which, add] =
    name === '' ? ['', '', ''] : [` of ${name}`, ' there, one of all copies', ` there`]
  return `the other OSDs${there} have room for ${gib(room * 1024)}, and ${gib(used * 1024)} are used${which}: add a disk${add} first`
}
