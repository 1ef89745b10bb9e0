import type { Change } from './change.js'
import { isSameSeries } from './migrations.js'
import type { Migrations, SchemaChange } from './migrations.js'
import type { ReleaseSummary } from './release-record.js'
import { hasMoved, schemasIn, schemasOnTheWayBack } from './schemas.js'
import { hostsOfOtherLibvirt } from './started-machines.js'
import { lastTime } from './step-times.js'
import type { StepTimes } from './step-times.js'
import { titles, worksOnData } from './upgrade-plan.js'
import type { KindsOfOneShots, UpgradeStep } from './upgrade-plan.js'

/** An upgrade, as far as it tells what undoing it will cost. */
interface UndoneUpgrade {
  /** In their order. */
  readonly steps: readonly UpgradeStep[]
  readonly changes: readonly Change[]
  readonly oneShots: KindsOfOneShots
  /** Where nobody has looked, nothing is told. */
  readonly migrations?: Migrations
  /** How long parts of rollbacks took. */
  readonly timesBack?: StepTimes
  /** Of the upgrade that this one finishes. */
  readonly record?: Pick<ReleaseSummary, 'versions'>
}

/** What a rollback costs once a part of the upgrade was begun, in the order of the upgrade. */
export function describeCosts(upgrade: UndoneUpgrade): string[] {
  const { steps, migrations, oneShots, timesBack = {} } = upgrade
  if (!migrations) return []
  const schemasOf = ({ services }: UpgradeStep) =>
    (migrations.schemas ?? []).filter(({ service }) => services.includes(service))
  const replacesMariadb = ({ name }: UpgradeStep) =>
    name === 'mariadb' && changesMariadb(migrations)
  const timeBack = ({ name }: UpgradeStep) => lastTime(timesBack, titles.rollBack(name))
  const ofRabbitmq = describeRabbitmq(upgrade, migrations)
  const plain = steps.filter((step) => {
    if (step.name === 'rabbitmq' && ofRabbitmq.length > 0) return false
    return !replacesMariadb(step) && schemasOf(step).length === 0 && !worksOnData(step, oneShots)
  })
  const restore = `a rollback puts the backup back (${restoreTimes(timesBack)}): what was written to any database since is lost, and every API that works on one is away meanwhile`
  const before = movedBefore(upgrade, migrations)
  let needsBackup = before.length > 0
  const ofData = steps.flatMap((step): string[] => {
    const [was, schemas] = [needsBackup, schemasOf(step)]
    needsBackup ||= replacesMariadb(step) || schemas.some(movesEarly)
    if (replacesMariadb(step)) {
      if (was) return ['mariadb: goes back with the backup']
      return [
        `mariadb: while a member is still of the old release, the others copy all data from it, and nothing is lost; from the last one on ${restore}`,
      ]
    }
    const again = `its previous containers are started again (${timeBack(step)}), and nothing is lost`
    if (schemas.length === 0 && worksOnData(step, oneShots)) {
      const cost = was ? 'it is away while the backup is put back' : again
      return [`${step.name}: ${cost}${isOfLibvirt(step, upgrade) ? machinesOfQemu : ''}`]
    }
    return schemas.map((schema) => {
      const line = `${schema.service}: ${describeEarly(schema)}`
      const rest = was
        ? ', and its data go back with the backup'
        : movesEarly(schema)
          ? `: from then on ${restore}`
          : `: ${again}`
      return line + rest + (schema.service === 'nova' ? versionsOfNova : '')
    })
  })
  const late = (migrations.schemas ?? []).filter(movesLate).map(({ service }) => service)
  return [
    ...(before.length > 0 ? [`now: ${before.join(', ')} moved before: ${restore}`] : []),
    ...(plain.length > 0
      ? [
          `${plain.map((step) => `${step.name} (${timeBack(step)})`).join(', ')}: the previous containers are started again, and nothing is lost`,
        ]
      : []),
    ...ofRabbitmq,
    ...ofData,
    ...(!needsBackup && late.length > 0
      ? [`the contraction at the end, of ${late.join(', ')}: from then on ${restore}`]
      : []),
  ]
}

/** How long the parts of a restore took. */
export function restoreTimes(times: StepTimes): string {
  return [titles.prepare, titles.restore, titles.join]
    .map((title) => `${title.toLowerCase()}: ${lastTime(times, title)}`)
    .join('; ')
}

const versionsOfNova =
  '; what its services told of their version (`services.version`) is forgotten, host by host, so that older ones are taken'

const machinesOfQemu =
  '; machines that begin from then on may run on a newer QEMU, which the older libvirt does not know: a rollback names them, and they are to be stopped before it'

function isOfLibvirt({ services }: UpgradeStep, { changes }: UndoneUpgrade): boolean {
  return hostsOfOtherLibvirt(changes.filter((it) => services.includes(it.service))).length > 0
}

/** MariaDB of another version is what a member of the old one can't join. */
function changesMariadb({ versions }: Migrations): boolean {
  const change = versions.find(({ program }) => program === 'MariaDB')
  return change !== undefined && (change.from === '' || change.from !== change.to)
}

/** One of another series does not go back by itself, as the rollback then says. */
function describeRabbitmq(
  { steps, record }: UndoneUpgrade,
  { versions }: Migrations,
): readonly string[] {
  const change = versions.find(({ program }) => program === 'RabbitMQ')
  const from = record?.versions.rabbitmq ?? change?.from ?? ''
  // Of an upgrade that goes on, its turn may have been before.
  const isLeft = steps.some(({ name }) => name === 'rabbitmq')
  const to = (isLeft ? change?.to : change?.from) ?? ''
  if (from === '' || to === '' || isSameSeries(from, to)) return []
  const when = isLeft ? 'from its first node on' : 'now'
  return [
    `rabbitmq: ${from} does not take what ${to} leaves: ${when} a rollback is refused until RabbitMQ was removed with its data, queues and streams, on all its hosts`,
  ]
}

/** What the upgrade that is finished has left that only the backup brings back. */
function movedBefore(
  { steps, record }: UndoneUpgrade,
  { versions, schemas = [] }: Migrations,
): string[] {
  if (!record) return []
  const runs = versions.find(({ program }) => program === 'MariaDB')?.from ?? ''
  const isReplaced =
    !steps.some(({ name }) => name === 'mariadb') && runs !== '' && runs !== record.versions.mariadb
  const found = Object.fromEntries(schemas.map(({ service, heads }) => [service, heads]))
  const known = Object.entries(schemasIn(record.versions) ?? {}).filter(([name]) => name in found)
  const moved = schemasOnTheWayBack(found, Object.fromEntries(known)).filter(hasMoved)
  return [
    ...(isReplaced ? ['MariaDB'] : []),
    ...moved.map(({ service }) => `the schema of ${service}`),
  ]
}

/** As far as anybody knows: what is not told may. */
function movesEarly({ pending }: SchemaChange): boolean {
  return pending?.some(({ phase }) => phase !== 'contract') ?? true
}

function movesLate({ pending = [] }: SchemaChange): boolean {
  return pending.some(({ phase }) => phase === 'contract')
}

function describeEarly(schema: SchemaChange): string {
  const { pending } = schema
  if (!pending) return 'its new image does not tell whether its schema moves, so that it may'
  if (!movesEarly(schema)) return 'its schema stays'
  const count = pending.filter(({ phase }) => phase !== 'contract').length
  return `its schema moves before its first host (${count} ${count === 1 ? 'migration' : 'migrations'})`
}
