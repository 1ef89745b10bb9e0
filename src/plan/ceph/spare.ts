import type { SettlingStatus } from './release.js'

/** `ceph osd pool ls detail`, as far as we read it. */
export interface PoolCopies {
  /** How many copies of its data a pool keeps, and with how many at least it answers. */
  readonly size: number
  readonly min_size: number
}

/** Words of a placement group's state that has all its copies where they belong. */
const whole: readonly string[] = [
  ...['active', 'clean', 'scrubbing', 'deep', 'snaptrim', 'snaptrim_wait'],
]

/**
 * Whether Ceph can spare no OSD however long one waits: no pool has a copy more than it needs, and nothing is left to
 * mend. What is in any other state may still become whole and is worth waiting for.
 */
export function sparesNone(
  pools: readonly PoolCopies[],
  { mgrmap, pgmap }: Pick<SettlingStatus, 'mgrmap' | 'pgmap'>,
): boolean {
  const counted = (pgmap.pgs_by_state ?? []).filter(({ state_name: state }) => isWhole(state))
  return (
    // Without a manager Ceph counts nothing anew.
    mgrmap.available &&
    pools.length > 0 &&
    pools.every(({ size, min_size: least }) => size <= least) &&
    counted.reduce((sum, { count }) => sum + count, 0) === pgmap.num_pgs
  )
}

function isWhole(state: string): boolean {
  const words = state.split('+')
  return (
    words.includes('active') && words.includes('clean') && words.every((it) => whole.includes(it))
  )
}
