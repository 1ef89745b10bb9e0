import { CancellationScope } from '@temporalio/workflow'
import type { UpgradeStep } from '../../src/plan/upgrade-plan.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'

/** Parts that take daemons of the cluster itself away for a moment; gateways are its clients. */
const ofCluster: readonly UpgradeStep['name'][] = ['ceph-mon', 'ceph-mgr', 'ceph-osd']

export const isOfCluster = ({ name }: UpgradeStep) => ofCluster.includes(name)

/** Whether any of these parts can't be carried out before all copies of all data are whole. */
export function waitsForCeph(parts: readonly UpgradeStep[]): boolean {
  return parts.some(isOfCluster)
}

/** The monitor that is asked for the cluster. */
export function monitorOf(run: Run): string {
  return run.members('ceph-mon')[0] ?? ''
}

/**
 * Carries parts out in their order. While the cluster's own daemons are replaced, `noout` is set: it is taken back
 * whatever comes of them.
 */
export async function inOrder(
  run: Run,
  parts: readonly UpgradeStep[],
  carryOut: (part: UpgradeStep) => Promise<void>,
): Promise<void> {
  const first = parts.findIndex(isOfCluster)
  const end = parts.findLastIndex(isOfCluster) + 1
  const each = async (some: readonly UpgradeStep[]) => {
    for (const part of some) await carryOut(part)
  }
  await each(parts.slice(0, Math.max(first, 0)))
  if (first >= 0) await withNoout(run, () => each(parts.slice(first, end)))
  await each(parts.slice(end))
}

async function withNoout(run: Run, body: () => Promise<void>): Promise<void> {
  const monitor = monitorOf(run)
  const takeBack = () =>
    CancellationScope.nonCancellable(() => step('unsetNoout', monitor, run.ref))
  try {
    await step('setNoout', monitor, run.ref)
    await body()
  } catch (error) {
    // Why it ends matters more than the flag, of which Ceph's health tells.
    await takeBack().catch(() => undefined)
    throw error
  }
  await takeBack()
}
