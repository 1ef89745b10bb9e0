import type { Change } from './change.js'
import { summarize } from './format-plan.js'
import { describeStep, numbered, section } from './format-upgrade.js'
import { interruptions } from './interruptions.js'
import { describeVersions } from './release-record.js'
import type { ReleaseSummary } from './release-record.js'
import { restoreTimes } from './rollback-costs.js'
import { describeSchemas } from './schemas.js'
import type { SchemaOnTheWayBack } from './schemas.js'
import { lastTime } from './step-times.js'
import type { StepTimes } from './step-times.js'
import { titles, worksOnData } from './upgrade-plan.js'
import type { DatabaseWayBack, KindsOfOneShots, UpgradeStep } from './upgrade-plan.js'

/** A rollback as a person reads it before it begins. */
export interface RollbackPreview {
  readonly record: Pick<ReleaseSummary, 'id' | 'backup' | 'versions'>
  readonly changes: readonly Change[]
  readonly pulls: readonly { readonly host: string }[]
  readonly steps: readonly UpgradeStep[]
  readonly way: DatabaseWayBack
  readonly schemas: readonly SchemaOnTheWayBack[]
  /** Hosts whose MariaDB is still the record's. */
  readonly donors: readonly string[]
  /** What can't go back, and what is done instead. */
  readonly stays: readonly string[]
  readonly times: StepTimes
  readonly oneShots: KindsOfOneShots
}

/** Whether a part comes back with the restored data, and not by itself. */
export function comesBackWithData(
  step: Pick<UpgradeStep, 'name' | 'services'>,
  way: DatabaseWayBack,
  { oneShots }: Pick<RollbackPreview, 'oneShots'>,
): boolean {
  if (way !== 'restore') return false
  return step.name === 'mariadb' || worksOnData(step, oneShots)
}

export function formatRollback(plan: RollbackPreview): string {
  const { record, changes, pulls, steps, way, schemas, stays, times } = plan
  const last = (title: string) => lastTime(times, title)
  const own = steps.filter((it) => !comesBackWithData(it, way, plan))
  const away = steps.filter((it) => it.name !== 'mariadb' && comesBackWithData(it, way, plan))
  const order = [
    ...(pulls.length > 0
      ? [`pull images on ${pulls.map(({ host }) => host).join(', ')} (${last(titles.pull)})`]
      : []),
    ...(way === 'restore'
      ? [`${['the database', ...away.map(({ name }) => name)].join(', ')}, restored as below`]
      : []),
    ...own.map(
      (step) =>
        `${describeStep(step, changes)}: ${how(step, plan)} (${last(titles.rollBack(step.name))})`,
    ),
    `verify (${last(titles.verify)})`,
  ]
  return [
    `back to ${record.id}: ${summarize(changes)}; it will run ${describeVersions(record.versions)}`,
    ...numbered(order),
    ...section('What is interrupted:', interruptions(changes)),
    ...section(
      'The database:',
      record.backup ? [describeWay(plan), ...describeSchemas(schemas, way === 'restore')] : [],
    ),
    ...section('What cannot go back:', stays),
  ].join('\n')
}

function how({ name }: UpgradeStep, { way, donors }: RollbackPreview): string {
  return name === 'mariadb' && way === 'rejoin'
    ? `copied from ${donors.join(', ')}`
    : 'its previous containers are started'
}

function describeWay({ way, record: { backup }, donors, times }: RollbackPreview): string {
  if (way === 'stays') return 'stays as it is, nothing is lost'
  if (way === 'rejoin') {
    return `nothing is lost: ${donors.join(', ')} still ${donors.length === 1 ? 'has' : 'have'} the record's MariaDB, and the others copy all data from there`
  }
  const moment = backup ? `${backup.at}, by the backup ${backup.id} on ${backup.host}` : 'nothing'
  return `goes back to ${moment} (${restoreTimes(times)}): what was written since is lost, which must be confirmed; every API that works on it is away meanwhile`
}
