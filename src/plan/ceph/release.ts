/** What a Ceph cluster runs, and what it can no longer do without. */
export interface CephReleases {
  /** Of the monitors; the older one while they are being replaced. */
  readonly version: string
  /** Kind of daemon → version → how many. */
  readonly daemons: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Major release that a monitor must have to join the others: Ceph raises it when all of them have it. */
  readonly minMonRelease: number
}

/** `ceph versions --format json`: kind of daemon → what it says of itself → how many. */
export type CephVersions = Readonly<Record<string, Readonly<Record<string, number>>>>

/** `ceph version 16.2.15 (618f440…) pacific (stable)` */
export function parseVersion(text: string): { version: string; name: string } {
  const [, version = '', name = ''] =
    /version (\d+\.\d+\.\d+)\S*(?: \([^)]*\))? (\w+)/.exec(text) ?? []
  return { version, name }
}

export function releasesOf(versions: CephVersions, minMonRelease: number): CephReleases {
  const kinds = Object.entries(versions).filter(([kind]) => kind !== 'overall')
  const daemons = Object.fromEntries(
    kinds.map(([kind, found]) => [
      kind,
      Object.fromEntries(
        Object.entries(found).map(([text, count]) => [parseVersion(text).version, count]),
      ),
    ]),
  )
  const [version = ''] = Object.keys(daemons['mon'] ?? {}).sort(compare)
  return { version, daemons, minMonRelease }
}

/**
 * Whether the previous daemons could still do: Ceph itself keeps older monitors out, and that is never taken back; and no
 * OSD opens what one of a newer major release has written.
 */
export function canGoBack({ minMonRelease, daemons }: CephReleases, recorded: string): boolean {
  const osds = Object.keys(daemons['osd'] ?? {}).map(major)
  return Math.max(minMonRelease, ...osds) <= major(recorded)
}

/** The release that every OSD has reached, to be required of all OSDs from now on; undefined while they differ. */
export function osdRelease(versions: CephVersions, required: string): string | undefined {
  const names = new Set(Object.keys(versions['osd'] ?? {}).map((text) => parseVersion(text).name))
  const [name] = names
  return names.size === 1 && name !== required ? name : undefined
}

/** `3 mon, 3 mgr, 2 osd of 18.2.7; 4 osd of 16.2.15` */
export function describeDaemons({ daemons }: CephReleases): string {
  const byVersion = new Map<string, string[]>()
  for (const [kind, found] of Object.entries(daemons)) {
    for (const [version, count] of Object.entries(found)) {
      byVersion.set(version, [...(byVersion.get(version) ?? []), `${count} ${kind}`])
    }
  }
  return [...byVersion]
    .sort(([a], [b]) => compare(b, a))
    .map(([version, kinds]) => `${kinds.join(', ')} of ${version}`)
    .join('; ')
}

const major = (version: string) => Number(version.split('.')[0])

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  const index = (left ?? []).findIndex((part, i) => part !== right?.[i])
  return index < 0 ? 0 : (left?.[index] ?? 0) - (right?.[index] ?? 0)
}

/** `ceph status`, as far as an upgrade waits for it. */
export interface SettlingStatus {
  readonly health: { readonly status: string }
  readonly quorum_names: readonly string[]
  readonly mgrmap: { readonly available: boolean }
  readonly osdmap: { readonly num_up_osds: number; readonly num_in_osds: number }
  readonly pgmap: {
    readonly num_pgs: number
    readonly pgs_by_state?: readonly { readonly state_name: string; readonly count: number }[]
  }
}

/** Words of a placement group's state while all its copies are whole and only move. */
const moving: readonly string[] = [
  ...['active', 'remapped', 'backfilling', 'backfill_wait', 'backfill_toofull', 'forced_backfill'],
  ...['scrubbing', 'deep', 'snaptrim', 'snaptrim_wait'],
]

/** What is still to come before the next daemon may be stopped; empty where nothing is. */
export function unsettled(status: SettlingStatus, monitors: number): string {
  const { health, quorum_names: quorum, mgrmap, osdmap, pgmap } = status
  const isWhole = (state: string) => {
    const words = state.split('+')
    if (!words.includes('active')) return false
    return words.includes('clean') || words.every((word) => moving.includes(word))
  }
  const others = (pgmap.pgs_by_state ?? []).filter(({ state_name: state }) => !isWhole(state))
  const down = osdmap.num_in_osds - osdmap.num_up_osds
  return [
    ...(quorum.length < monitors ? [`${quorum.length} of ${monitors} monitors in quorum`] : []),
    ...(mgrmap.available ? [] : ['no manager is active']),
    ...(down > 0 ? [`${down} OSDs down`] : []),
    ...others.map(({ state_name: state, count }) => `${count} PGs ${state}`),
    ...(health.status === 'HEALTH_ERR' ? ['HEALTH_ERR'] : []),
  ].join(', ')
}
