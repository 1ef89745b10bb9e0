import type { PackedPlan, PlannedCloud } from '../activities/index.js'
import { unpack } from '../src/plan/same-on-hosts.js'

type Lists = Pick<PlannedCloud, 'changes' | 'pulls'>

/** A plan as it is worked with. */
export function unpackPlan<Packed extends PackedPlan<PlannedCloud>>(
  packed: Packed,
): Omit<Packed, keyof Lists> & Lists {
  return { ...packed, changes: unpack(packed.changes), pulls: unpack(packed.pulls) }
}
