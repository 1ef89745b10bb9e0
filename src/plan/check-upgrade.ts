import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'
import { upgradeProblem } from '../model/releases.js'
import { isOfCeph } from './ceph/pinned.js'
import { label } from './desired.js'
import { isPassing } from './passing.js'
import type { ReleaseSummary } from './release-record.js'
import type { StepTimes } from './step-times.js'
import { titles } from './upgrade-plan.js'

/** Where an upgrade begins. */
export interface UpgradeStart {
  readonly from: string
  /** Of the upgrade that this one finishes. */
  readonly record?: ReleaseSummary
}

/**
 * Releases of the cloud's containers, sorted; two of them are a mixed cloud. A Ceph that has a release of its own counts
 * for nothing.
 */
export function runningReleases(
  cloud: string,
  observed: readonly ObservedHost[],
  cephPinned = false,
): string[] {
  const found = observed
    .flatMap((host) => host.containers)
    .filter((container) => container.labels[label.cloud] === cloud && !isPassing(container))
    .filter(({ labels }) => !cephPinned || !isOfCeph({ service: labels[label.service] ?? '' }))
    .flatMap((container) => container.labels[label.release] ?? [])
  return [...new Set(found)].sort()
}

/**
 * Where an upgrade of a cloud begins, or why there is none. A mixed cloud is what an upgrade left that did not come to
 * its end: its record says from where to where it was going.
 */
export function upgradeStart(
  running: readonly string[],
  to: string,
  records: readonly ReleaseSummary[],
): UpgradeStart | Finding {
  const [from] = running
  if (from === undefined) return error('no container of the cloud is there: deploy it first')
  if (running.length === 1) {
    const problem = upgradeProblem(from, to)
    return problem === undefined ? { from } : error(problem)
  }
  const [last] = records
  const left = running.filter((release) => release !== last?.release && release !== last?.to)
  if (!last || left.length > 0) {
    return error(
      `runs ${running.join(' and ')} at once, and no release record tells how that came: bring all hosts to one release by hand`,
    )
  }
  if (to !== last.to) {
    return error(
      `runs ${running.join(' and ')} at once, for an upgrade to ${last.to} did not come to its end: finish it (upgrade to ${last.to}) or roll back to ${last.id}`,
    )
  }
  return { from: last.release, record: last }
}

/**
 * Whether a cloud of one release came there by an upgrade that did not come to its end. Each that does remembers when it
 * did; where that is lost, some processes begin again once more.
 */
export function isUnfinished(
  to: string,
  [last]: readonly Pick<ReleaseSummary, 'to' | 'at'>[],
  times: StepTimes,
): boolean {
  return last?.to === to && (times[titles.finish]?.at ?? '') < last.at
}

function error(message: string): Finding {
  return { severity: 'error', message }
}
