import { chainSeconds } from './chain.js'
import type { MeasureName, Result } from './result.js'

interface Target {
  readonly title: string
  /** How many times faster than kolla-ansible, where that is what it is about. */
  readonly ratio?: number
  readonly seconds?: number
}

const targets: Readonly<Record<MeasureName, Target>> = {
  deploy: { title: 'deploy, images present', ratio: 5 },
  noop: { title: 'deploy, nothing to do', ratio: 60, seconds: 3 },
  option: { title: "one option of Keystone's", ratio: 10 },
  upgrade: { title: 'upgrade 2025.2 → 2026.1' },
  rollback: { title: 'rollback 2026.1 → 2025.2' },
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
  const sections = [probes(result), floor(result)].filter((lines) => lines !== '')
  return [alignRows(rows), ...notes(result), ...sections.flatMap((lines) => ['', lines]), ''].join(
    '\n',
  )
}

function measureRow(name: MeasureName, { run, kollaAnsible, kollaTemporal }: Result): string[] {
  const { title, ratio: wanted, seconds: limit } = targets[name]
  const [anchor, seconds = NaN] = [kollaAnsible[name], kollaTemporal[name]]
  const ratio = anchor && anchor.seconds / seconds
  const reached =
    ratio !== undefined && ratio >= (wanted ?? 0) && (limit === undefined || seconds < limit)
  return [
    title,
    anchor ? `${anchor.seconds.toFixed(1)} s${anchor.run === run ? '' : '*'}` : '-',
    `${seconds.toFixed(1)} s`,
    ratio === undefined ? '-' : `${ratio.toFixed(1)} x`,
    wanted === undefined ? '' : `>= ${wanted} x${limit === undefined ? '' : `, < ${limit} s`}`,
    ratio === undefined || wanted === undefined ? '' : verdict(reached),
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

/** What somebody saw of the API who asked for a token every 200 ms; the goal is no failed request. */
function probes({ kollaAnsible, probed = {} }: Result): string {
  const seen = (['upgrade', 'rollback'] as const).flatMap((name) => [
    { who: `kolla-ansible ${name}`, probed: kollaAnsible[name]?.probed },
    { who: `kolla-temporal ${name}`, probed: probed[name] },
  ])
  const lines = seen.flatMap(({ who, probed: one }) => {
    if (!one) return []
    const { issued, failed, longestGapMs } = one
    const gap = (longestGapMs / 1000).toFixed(1)
    return [`  ${who.padEnd(24)}${failed} of ${issued + failed} failed, ${gap} s without one`]
  })
  const anything = Object.keys(probed).length > 0
  return anything ? ['A token asked for every 200 ms meanwhile:', ...lines].join('\n') : ''
}

function floor({ chain, kollaTemporal: { deploy } }: Result): string {
  if (chain.length === 0) return ''
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
