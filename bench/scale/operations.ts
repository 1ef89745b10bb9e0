import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Client } from '@temporalio/client'
import { TASK_QUEUE } from '../../workflows/operations.js'
import type { OperationInputs, OperationName, OperationResult } from '../../workflows/operations.js'
import { CLOUD, NEW_RELEASE } from './cloud.js'
import { unpack } from '../../src/plan/same-on-hosts.js'
import { costOf, worst } from './history.js'
import type { HistoryCost } from './history.js'
import type { Measure, Taken } from './table.js'

/** A cloud that answers, with a worker of its own. */
export interface Bench {
  readonly client: Client
  readonly worker: ChildProcess
  readonly hosts: number
}

/** What is measured, each with the proof that it did what its time is told for. */
export const operations = {
  plan: (bench: Bench) => measure(bench, 'plan', { cloud: CLOUD }, changesNothing),
  deploy: (bench: Bench) => measure(bench, 'deploy', { cloud: CLOUD }, changesNothing),
  upgrade: (bench: Bench) =>
    measure(
      bench,
      'upgrade',
      { cloud: CLOUD, release: NEW_RELEASE, onFailure: 'stop' },
      changesEverything,
    ),
}

async function measure<Name extends OperationName>(
  { client, worker, hosts }: Bench,
  operation: Name,
  input: OperationInputs[Name],
  prove: (result: OperationResult, hosts: number) => void,
): Promise<Measure> {
  const workflowId = `${CLOUD}-${operation}`
  const before = await takenBy(worker)
  const began = performance.now()
  const options = { taskQueue: TASK_QUEUE, workflowId, args: [input] }
  const result = (await client.workflow.execute(operation, options)) as OperationResult
  const seconds = (performance.now() - began) / 1000
  prove(result, hosts)
  const { peakBytes, cpuSeconds } = await takenBy(worker)
  const costs = await costsOf(client, workflowId)
  return {
    ...worst(costs),
    ...{ operation, hosts, seconds, workflows: costs.length, peakBytes },
    cpuSeconds: cpuSeconds - before.cpuSeconds,
  }
}

/** Of a run and of all that it started. */
async function costsOf(client: Client, workflowId: string): Promise<HistoryCost[]> {
  const own = costOf(await client.workflow.getHandle(workflowId).fetchHistory())
  const children = await Promise.all(own.children.map((child) => costsOf(client, child)))
  return [own, ...children.flat()]
}

async function takenBy(worker: ChildProcess): Promise<Taken> {
  worker.send('what have you taken?')
  const [taken] = (await once(worker, 'message')) as [Taken]
  return taken
}

function changesNothing({ changes }: OperationResult): void {
  if (changes.length > 0) throw new Error(`something was to be done: ${JSON.stringify(changes[0])}`)
}

function changesEverything({ changes }: OperationResult, hosts: number): void {
  const touched = new Set(unpack(changes).map(({ host }) => host)).size
  if (touched !== hosts) throw new Error(`${touched} of ${hosts} hosts were upgraded`)
}
