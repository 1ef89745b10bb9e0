import { isContainer } from './change.js'
import type { Change } from './change.js'
import { summarize } from './format-plan.js'
import { interruptions } from './interruptions.js'
import { formatMigrations } from './migrations.js'
import type { Migrations } from './migrations.js'
import type { ReleaseSummary } from './release-record.js'
import { describeCosts } from './rollback-costs.js'
import { lastTime } from './step-times.js'
import type { StepTimes } from './step-times.js'
import { titles } from './upgrade-plan.js'
import type { KindsOfOneShots, UpgradeStep } from './upgrade-plan.js'

/** An upgrade as a person reads it before approving it. */
export interface UpgradePreview {
  readonly from: string
  readonly to: string
  readonly changes: readonly Change[]
  /** Images that hosts lack. */
  readonly pulls: readonly { readonly host: string }[]
  readonly steps: readonly UpgradeStep[]
  /** Service → its hosts. */
  readonly members: Readonly<Record<string, readonly string[]>>
  readonly oneShots: KindsOfOneShots
  /** What leaves Keystone's catalogue: `cinderv3 (volumev3)`. */
  readonly unregistered?: readonly string[]
  readonly noReturn: readonly string[]
  readonly migrations?: Migrations
  readonly times: StepTimes
  /** The same of the last rollbacks. */
  readonly timesBack?: StepTimes
  /** Of the upgrade that this one finishes: there is a way back already. */
  readonly record?: Pick<ReleaseSummary, 'id' | 'versions'>
  /** Whether machines are moved away before what carries them is replaced. */
  readonly evacuate?: boolean
}

export function formatUpgrade(plan: UpgradePreview): string {
  const { from, to, changes, pulls, steps, members, noReturn, migrations, times, record } = plan
  const { evacuate = false, unregistered = [] } = plan
  const all = pulls.map(({ host }) => host).join(', ')
  const last = (title: string) => lastTime(times, title)
  const backUp = members['mariadb']
    ? `back up the database (${last(titles.backUp)}) and prove the backup (${last(titles.prove)}); `
    : ''
  const wayBack = record
    ? `the way back is ${record.id}, as it was`
    : `${backUp}keep the release record`
  const leaves =
    unregistered.length === 0 ? '' : `; ${unregistered.join(', ')} leaves Keystone's catalogue`
  const order = [
    ...(pulls.length > 0 ? [`pull images on ${all} (${last(titles.pull)})`] : []),
    wayBack,
    ...steps.map((step) => `${describeStep(step, changes)} (${last(titles.upgrade(step.name))})`),
    `finish: feature flags, contraction of schemas, registration${leaves} (${last(titles.finish)})`,
    `verify (${last(titles.verify)})`,
  ]
  return [
    `${from} → ${to}: ${summarize(changes)}`,
    ...numbered(order),
    ...section('What is interrupted:', [
      ...interruptions(changes),
      ...(evacuate ? ['machines of compute hosts are moved away before, live (--evacuate)'] : []),
    ]),
    ...section('Migrations:', migrations ? formatMigrations(migrations) : []),
    ...section('What a rollback costs, from each of these on:', describeCosts(plan)),
    ...section('Points of no return:', noReturn),
  ].join('\n')
}

/** `keystone on kolla1, kolla2: keystone, keystone_fernet; image 2025.2 → 2026.1, configuration` */
export function describeStep(
  { name, services, hosts }: UpgradeStep,
  changes: readonly Change[],
): string {
  const own = changes.filter((change) => services.includes(change.service) && isContainer(change))
  const containers = [...new Set(own.map((change) => change.container))]
  const reasons = [...new Set(own.flatMap((change) => change.reasons))]
  const what = containers.length === 1 && containers[0] === name ? '' : `: ${containers.join(', ')}`
  return `${name} on ${hosts.join(', ')}${what}; ${reasons.join(', ')}`
}

export function numbered(lines: readonly string[]): string[] {
  return lines.map((line, index) => `${index + 1}. ${line}`)
}

export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `- ${line}`)]
}
