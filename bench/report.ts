import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { readSteps, slowestChain } from './chain.js'
import { formatResult } from './format.js'
import { readMeasures, renewAnchor } from './result.js'
import type { MeasureName, Probed, Result } from './result.js'

/**
 * `report.js ANCHOR RUN`: what the run left in its folder becomes `result.json` there, and a table on stdout. ANCHOR is the
 * file of kolla-ansible's last times with the same services.
 */
const [anchorFile = '', folder = ''] = process.argv.slice(2)
const run = basename(folder)
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

const measures = read('measures.tsv')
const kollaAnsible = renewAnchor(
  readAnchor(),
  readMeasures(measures, 'kolla-ansible'),
  run,
  readProbes('kolla-ansible'),
)
writeFileSync(anchorFile, JSON.stringify(kollaAnsible, null, 2))

const result: Result = {
  run,
  machine: { processors: cpus().length, memory: totalmem(), kernel: release() },
  load: Number.parseFloat(read('loadavg')),
  kollaAnsible,
  kollaTemporal: readMeasures(measures, 'kolla-temporal'),
  probed: readProbes('kolla-temporal'),
  workerPeakBytes: Number(read('worker-peak')),
  chain: slowestChain(readSteps(readIfThere('kolla-temporal-deploy.log') ?? '')),
}
const resultFile = join(folder, 'result.json')
writeFileSync(resultFile, JSON.stringify(result, null, 2))
console.log(`\n${formatResult(result)}\nRaw numbers: ${resultFile}`)

function readAnchor(): Result['kollaAnsible'] {
  const text = ifThere(() => readFileSync(anchorFile, 'utf8'))
  return text === undefined ? {} : (JSON.parse(text) as Result['kollaAnsible'])
}

/** What the probe saw of a contender, by measurement. */
function readProbes(contender: string): Partial<Record<MeasureName, Probed>> {
  const names: readonly MeasureName[] = ['upgrade', 'rollback']
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = readIfThere(`${contender}-${name}.probe.json`)
      if (text === undefined) return []
      const { issued, failed, longestGapMs } = JSON.parse(text) as Probed
      return [[name, { issued, failed, longestGapMs }]]
    }),
  )
}

function readIfThere(name: string): string | undefined {
  return ifThere(() => read(name))
}

function ifThere<T>(reading: () => T): T | undefined {
  try {
    return reading()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
