import type { Step } from './chain.js'

export type MeasureName = 'deploy' | 'noop' | 'option' | 'upgrade' | 'rollback'

/** What somebody saw of the API who asked for a token every 200 ms meanwhile. */
export interface Probed {
  readonly issued: number
  readonly failed: number
  /** Longest time without a token. */
  readonly longestGapMs: number
}

/** Wall time of one command of the anchor, and when it was taken: not always in this run. */
export interface AnchorTime {
  readonly seconds: number
  readonly run: string
  readonly probed?: Probed
}

/** What one run of the bench found, as `result.json` keeps it. */
export interface Result {
  /** `20261123T061200Z` */
  readonly run: string
  readonly machine: {
    readonly processors: number
    readonly memory: number
    readonly kernel: string
  }
  /** Of the last minute before the run began; above 1 something else was busy. */
  readonly load: number
  readonly kollaAnsible: Readonly<Partial<Record<MeasureName, AnchorTime>>>
  /** Seconds. */
  readonly kollaTemporal: Readonly<Partial<Record<MeasureName, number>>>
  readonly probed?: Readonly<Partial<Record<MeasureName, Probed>>>
  readonly workerPeakBytes: number
  readonly chain: readonly Step[]
}

/** `contender TAB measure TAB seconds`, one a line. */
export function readMeasures(tsv: string, contender: string): Partial<Record<MeasureName, number>> {
  const rows = tsv.split('\n').map((line) => line.split('\t'))
  const own = rows.filter(([who]) => who === contender)
  return Object.fromEntries(own.map(([, name = '', seconds]) => [name, Number(seconds)]))
}

/** The last times of the anchor on this machine: those of this run take the place of older ones. */
export function renewAnchor(
  known: Result['kollaAnsible'],
  measured: Readonly<Partial<Record<MeasureName, number>>>,
  run: string,
  probed: Readonly<Partial<Record<string, Probed>>> = {},
): Result['kollaAnsible'] {
  const fresh = Object.entries(measured).map(([name, seconds]) => {
    const seen = probed[name]
    return [name, { seconds, run, ...(seen && { probed: seen }) }]
  })
  return { ...known, ...(Object.fromEntries(fresh) as Result['kollaAnsible']) }
}
