import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { readSteps, slowestChain } from './chain.js'
import { formatResult } from './format.js'
import { readMeasures, renewAnchor } from './result.js'
import type { Result } from './result.js'

/** `report.js CACHE RUN`: what the run left in its folder becomes `result.json` there, and a table on stdout. */
const [cache = '', folder = ''] = process.argv.slice(2)
const run = basename(folder)
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

const anchorFile = join(cache, 'kolla-ansible.json')
const kollaAnsible = renewAnchor(
  readAnchor(),
  readMeasures(read('measures.tsv'), 'kolla-ansible'),
  run,
)
writeFileSync(anchorFile, JSON.stringify(kollaAnsible, null, 2))

const result: Result = {
  run,
  machine: { processors: cpus().length, memory: totalmem(), kernel: release() },
  load: Number.parseFloat(read('loadavg')),
  kollaAnsible,
  kollaTemporal: readMeasures(read('measures.tsv'), 'kolla-temporal'),
  workerPeakBytes: Number(read('worker-peak')),
  chain: slowestChain(readSteps(read('kolla-temporal-deploy.log'))),
}
const resultFile = join(folder, 'result.json')
writeFileSync(resultFile, JSON.stringify(result, null, 2))
console.log(`\n${formatResult(result)}\nRaw numbers: ${resultFile}`)

function readAnchor(): Result['kollaAnsible'] {
  try {
    return JSON.parse(readFileSync(anchorFile, 'utf8')) as Result['kollaAnsible']
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
