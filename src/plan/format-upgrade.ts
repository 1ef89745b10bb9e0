import { summarize } from './format-plan.js'
import type { Change } from './change.js'
import type { UpgradeStep } from './upgrade-plan.js'

/** An upgrade as a person reads it before approving it. */
export function formatUpgrade(plan: {
  readonly from: string
  readonly to: string
  readonly changes: readonly Change[]
  readonly steps: readonly UpgradeStep[]
  readonly noReturn: readonly string[]
}): string {
  const { from, to, changes, steps, noReturn } = plan
  return [
    `${from} → ${to}: ${summarize(changes)}`,
    ...steps.map(({ name, hosts }, index) => `${index + 1}. ${name}: ${hosts.join(', ')}`),
    ...(noReturn.length > 0 ? ['Points of no return:'] : []),
    ...noReturn.map((point) => `- ${point}`),
  ].join('\n')
}
