import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker'
import { startTemporalServer } from '../../test/support/temporal-server.js'
import { operations } from './operations.js'
import { formatMeasures } from './table.js'
import type { Measure } from './table.js'

/** `main.js [COMPUTES,… [OPERATION,…]]`: a line of the table for each operation on a cloud with so many compute hosts. */
const [sizes = '30,100,300,1000', chosen = 'plan,deploy,upgrade'] = process.argv.slice(2)

/** More take the better part of an hour to upgrade: they are measured where somebody asks for them alone. */
const MOST_UPGRADED = 300

const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../../workflows/index.js', import.meta.url)),
  logger: new DefaultLogger('WARN'),
})
const measures: Measure[] = []
for (const computes of sizes.split(',').map(Number))
  measures.push(...(await measureCloud(computes)))
console.log(formatMeasures(measures))

/** A cloud, a server and a worker for each size: the worker's memory is that of this one alone. */
async function measureCloud(computes: number): Promise<Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-scale-'))
  const bundle = join(folder, 'workflows.js')
  await writeFile(bundle, code)
  const server = await startTemporalServer()
  const hosts = start('hosts-process.js', folder, String(computes))
  const worker = start('worker-process.js', folder, bundle, server.address)
  const connection = await Connection.connect({ address: server.address })
  try {
    await Promise.all([untilReady(hosts), untilReady(worker)])
    const bench = { client: new Client({ connection }), worker, hosts: computes + 3 }
    const measured: Measure[] = []
    for (const [name, measure] of Object.entries(operations)) {
      if (!chosen.split(',').includes(name)) continue
      if (name === 'upgrade' && computes > MOST_UPGRADED && chosen !== 'upgrade') continue
      console.error(`${name} of ${bench.hosts} hosts …`)
      measured.push(await measure(bench))
      console.error(formatMeasures(measured.slice(-1)))
    }
    return measured
  } finally {
    for (const child of [worker, hosts]) child.kill('SIGKILL')
    await connection.close()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function start(file: string, ...args: readonly string[]): ChildProcess {
  return fork(new URL(file, import.meta.url), args)
}

/** @throws Error if it ends instead of saying so */
async function untilReady(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${child.spawnargs.join(' ')} has ended`)
  })
  await Promise.race([once(child, 'message'), ended])
}
