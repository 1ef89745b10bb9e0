import type { HistoryCost } from './history.js'

/** What the worker has taken. */
export interface Taken {
  /** Its largest resident memory so far. */
  readonly peakBytes: number
  /** Of processors, from its start on. */
  readonly cpuSeconds: number
}

/** One operation on one cloud; the worker's seconds are those of this one. */
export interface Measure extends Omit<HistoryCost, 'children'>, Taken {
  readonly operation: string
  readonly hosts: number
  readonly seconds: number
  /** How many workflows it took. */
  readonly workflows: number
}

const headings = [
  'operation',
  'hosts',
  'time',
  "worker's processor time",
  'workflows',
  'longest history',
  'largest payload',
  'of',
  "worker's peak",
  'heartbeats missed',
]

/** A table of Markdown: it goes into bench/README.md as it is printed. */
export function formatMeasures(measures: readonly Measure[]): string {
  const rows = measures.map((one) => [
    one.operation,
    String(one.hosts),
    `${one.seconds.toFixed(1)} s`,
    `${one.cpuSeconds.toFixed(1)} s`,
    String(one.workflows),
    `${one.events} events`,
    `${(one.payload.bytes / 1024).toFixed(1)} KB`,
    one.payload.of,
    `${(one.peakBytes / 1e6).toFixed(0)} MB`,
    String(one.silences),
  ])
  return [headings, headings.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
