import { patched } from '@temporalio/workflow'
import type { PlannedCloud } from '../activities/index.js'
import type { Finding } from '../src/model/finding.js'
import { stillDrained } from '../src/plan/drained.js'
import { summarize } from '../src/plan/format-plan.js'
import { inspect, observeAndPlan, refuse, verify } from './operate.js'
import type { Operation } from './operate.js'
import type { CloudInput, DeployInput, OperationResult } from './operations.js'
import { step } from './steps.js'

/** What `deploy` would do, and why. */
export async function plan(input: DeployInput): Promise<OperationResult> {
  return inspect('plan', input, async (operation) => {
    const planned = await observeAndPlan(operation, input)
    const { changes, findings } = planned
    const doubts = await doubtsOf(operation, planned)
    return { changes, warnings: [...findings, ...doubts], summary: summarize(changes) }
  })
}

/** What does not work by Nova's and Neutron's own word, where there is a Keystone to ask them by. Nobody is waited for. */
async function doubtsOf(
  { cloud, stages }: Operation,
  { ref, changes, members }: PlannedCloud,
): Promise<readonly Finding[]> {
  const changed = new Set(
    changes.filter(({ service }) => service === 'keystone').map(({ host }) => host),
  )
  const isThere = members['keystone']?.some((host) => !changed.has(host)) ?? false
  if (!isThere || !patched('a plan tells what does not work')) return []
  return stages.run('Agents and computes', () =>
    step('inspectOpenStack', cloud.name, ref, 'at once'),
  )
}

/** Looks for everything that would stop a deploy. */
export async function prechecks(input: CloudInput): Promise<OperationResult> {
  return inspect('prechecks', input, async (operation) => {
    const { findings } = await observeAndPlan(operation)
    const summary = `${operation.cloud.hosts.length} hosts checked: nothing stands in the way`
    return { changes: [], warnings: findings, summary }
  })
}

/** Proves from outside that every service does its work. */
export async function check(input: CloudInput): Promise<OperationResult> {
  return inspect('check', input, async (operation) => {
    const planned = await observeAndPlan(operation)
    const { findings } = planned
    const doubts = await operation.stages.run('Verify', () => verify(planned))
    const agents = await operation.stages.run('Agents and computes', () =>
      step('inspectOpenStack', operation.cloud.name, planned.ref),
    )
    const warnings = [...findings, ...doubts, ...stillDrained(planned.changes), ...agents]
    refuse(warnings)
    return {
      changes: [],
      warnings,
      summary: 'Every service does its work',
    }
  })
}
