import { CancellationScope } from '@temporalio/workflow'
import { isContainer } from '../src/plan/change.js'
import { summarize } from '../src/plan/format-plan.js'
import { giveBack } from './give-back.js'
import { afterOf, foundation, runbook } from '../src/plan/runbook.js'
import type { PartName } from '../src/plan/runbook.js'
import { observeAndPlan, onAll, operate, verify } from './operate.js'
import type { Operation } from './operate.js'
import type { DeployInput, OperationResult } from './operations.js'
import { pullImages, pullsByTurn } from './pull-images.js'
import { removeUnwanted } from './removals.js'
import { Run } from './run.js'
import { protocolOf } from './services/index.js'
import { WINDOW } from './side-by-side.js'
import { step } from './steps.js'

/** Makes the cloud as its files describe it. */
export async function deploy(input: DeployInput): Promise<OperationResult> {
  return operate('deploy', input, (operation) => converge(operation, input))
}

/** The same as `deploy`, under kolla-ansible's name for changing a cloud that runs. */
export async function reconfigure(input: DeployInput): Promise<OperationResult> {
  return operate('reconfigure', input, (operation) => converge(operation, input))
}

async function converge(operation: Operation, input: DeployInput): Promise<OperationResult> {
  const plan = await observeAndPlan(operation, input)
  const { changes, findings: warnings } = plan
  const run = new Run(plan, operation.stages)
  if (changes.length > 0) await carryOut(run)
  const doubts = await operation.stages.run('Verify', () => verify(plan, changes.length > 0))
  const all = [...warnings, ...run.findings, ...doubts]
  return { changes, warnings: all, summary: summarize(changes, true) }
}

/** Half of what a worker takes upon itself is left to what is done meanwhile. */
const besideOthers = { title: 'Pull images of the other services', window: WINDOW / 2 }

/** Everything side by side that the runbook allows. */
async function carryOut(run: Run): Promise<void> {
  await giveBack(run, 'services')
  const { first, meanwhile } = pullsByTurn(run.plan)
  await pullImages(run.stages, first)
  await writeConfiguration(run)
  const pulling = new CancellationScope()
  // A run that an older worker began has none of these, and its steps are to come in the same order.
  const others =
    meanwhile.pulls.length > 0
      ? [pulling.run(() => pullImages(run.stages, meanwhile, besideOthers))]
      : []
  const begun = new Map<PartName, Promise<void>>()
  const begin = (part: PartName): Promise<void> => {
    const known = begun.get(part)
    if (known) return known
    const images = foundation.includes(part) ? [] : others
    const needs = [...afterOf(part).map(begin), ...images]
    const done = Promise.all(needs).then(() => protocolOf(part).start(run))
    begun.set(part, done)
    return done
  }
  const all = onAll(runbook, ({ part }) => begin(part))
  if (others.length > 0) {
    await onAll(foundation, begin).catch(async (error: unknown) => {
      // Images may take hours, and nobody waits for them whose foundation has failed.
      pulling.cancel()
      await all.catch(() => undefined)
      throw error
    })
  }
  await all
  await giveBack(run, 'computes')
  // Last: who is to take over has done so.
  await removeUnwanted(run)
}

async function writeConfiguration({ plan, ref, stages }: Run): Promise<void> {
  const touched = plan.changes.filter(({ action }) => action !== 'giveBack')
  const hosts = [...new Set(touched.map((change) => change.host))]
  if (hosts.length === 0) return
  await stages.run('Write configuration', () =>
    onAll(hosts, (host) => {
      const containers = plan.changes.filter((c) => c.host === host && isContainer(c))
      const names = containers.map((change) => change.container)
      return step('writeConfiguration', host, ref, host, names)
    }),
  )
}
