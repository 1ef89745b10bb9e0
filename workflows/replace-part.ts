import type { PackedPlan, PlannedCloud } from '../activities/index.js'
import type { Finding } from '../src/model/finding.js'
import { attempt } from './attempt.js'
import { PartHand } from './part-hand.js'
import { replaceHosts } from './replace-hosts.js'
import type { Replacement } from './replace-hosts.js'
import { Run } from './run.js'
import { unpackPlan } from './unpack-plan.js'

export interface PartInput {
  readonly replacement: Replacement
  readonly batches: readonly (readonly string[])[]
  /** What of the operation's plan the part needs. */
  readonly plan: PackedPlan<PlannedCloud>
}

/** Some hosts of one part, for the operation that started it: what happens there has a history of its own. Returns what it came across. */
export async function replacePart({
  replacement,
  batches,
  plan,
}: PartInput): Promise<readonly Finding[]> {
  const hand = new PartHand()
  const { stages } = hand
  const run = new Run(unpackPlan(plan), stages)
  stages.plan(batches.flat().join(', '))
  try {
    await replaceHosts(run, replacement, batches, (title, body) =>
      attempt(hand, title, () => stages.run(title, body)),
    )
  } finally {
    await hand.end()
  }
  return run.findings
}
