import { chainSeconds } from './chain.js'
import type { MeasureName, Result } from './result.js'

interface Target {
  readonly title: string
  /** How many times faster than kolla-ansible. */
  readonly ratio: number
  readonly seconds?: number
}

const targets: Readonly<Record<MeasureName, Target>> = {
  deploy: { title: 'deploy, images present', ratio: 5 },
  noop: { title: 'deploy, nothing to do', ratio: 60, seconds: 3 },
  option: { title: "one option of Keystone's", ratio: 10 },
}

const targetPeak = 400e6

/** The table at the end, and how near the deploy is to its floor. */
export function formatResult(result: Result): string {
  const names = (Object.keys(targets) as MeasureName[]).filter(
    (name) => name in result.kollaTemporal,
  )
  const rows = [
    ['', 'kolla-ansible', 'kolla-temporal', 'ratio', 'to reach', ''],
    ...names.map((name) => measureRow(name, result)),
    peakRow(result.workerPeakBytes),
  ]
  return [alignRows(rows), ...notes(result), '', floor(result), ''].join('\n')
}

function measureRow(name: MeasureName, { run, kollaAnsible, kollaTemporal }: Result): string[] {
  const { title, ratio: wanted, seconds: limit } = targets[name]
  const [anchor, seconds = NaN] = [kollaAnsible[name], kollaTemporal[name]]
  const ratio = anchor && anchor.seconds / seconds
  const reached = ratio !== undefined && ratio >= wanted && (limit === undefined || seconds < limit)
  return [
    title,
    anchor ? `${anchor.seconds.toFixed(1)} s${anchor.run === run ? '' : '*'}` : '-',
    `${seconds.toFixed(1)} s`,
    ratio === undefined ? '-' : `${ratio.toFixed(1)} x`,
    `>= ${wanted} x${limit === undefined ? '' : `, < ${limit} s`}`,
    ratio === undefined ? '' : verdict(reached),
  ]
}

function peakRow(bytes: number): string[] {
  const limit = `< ${targetPeak / 1e6} MB`
  const peak = `${(bytes / 1e6).toFixed(0)} MB`
  return ["worker's peak memory", '', peak, '', limit, verdict(bytes < targetPeak)]
}

const verdict = (reached: boolean) => (reached ? 'reached' : 'MISSED')

function notes({ run, kollaAnsible, kollaTemporal, load }: Result): string[] {
  const older = Object.entries(kollaAnsible)
    .filter(([name, anchor]) => name in kollaTemporal && anchor.run !== run)
    .map(([, anchor]) => anchor.run)
  return [
    ...(older.length > 0
      ? [`* not measured in this run, but in ${[...new Set(older)].join(', ')}: compare with care`]
      : []),
    ...(load > 1 ? [`! the load was ${load} before the run: something else was busy`] : []),
  ]
}

function floor({ chain, kollaTemporal: { deploy } }: Result): string {
  const steps = chain.map(({ verb, summary, began, ended }) => {
    const seconds = ((ended - began) / 1000).toFixed(1)
    return `  ${seconds.padStart(6)} s  ${verb} ${summary}`
  })
  const seconds = chainSeconds(chain)
  const ratio =
    deploy === undefined ? '' : `; the deploy took ${(deploy / seconds).toFixed(2)} x that`
  return [
    'The slowest chain of container starts, the floor under any deploy:',
    ...steps,
    `  ${seconds.toFixed(1).padStart(6)} s  in all${ratio}`,
  ].join('\n')
}

/** The first and the last two columns to the left, numbers to the right. */
function alignRows(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i >= 1 && i <= 3 ? cell.padStart(width(i)) : cell.padEnd(width(i))))
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}
