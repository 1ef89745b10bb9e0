import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'
import { cephLeft, isCephPinned, isOfCeph, otherCeph } from './ceph/pinned.js'
import { runningReleases } from './check-upgrade.js'
import { label } from './desired.js'

/**
 * A deploy does not change the release of a cloud that runs: databases would have to be migrated in an order of their
 * own, and some of it could not be undone.
 */
export function checkRelease(cloud: Cloud, observed: readonly ObservedHost[]): Finding[] {
  const { openstack_release: wanted } = cloud.globals
  const pinned = isCephPinned(cloud.globals)
  const running = runningReleases(cloud.name, observed, pinned)
  const left = running.includes(wanted) ? cephLeft(cloud.name, observed, running) : undefined
  if (left) return [left]
  const other = pinned ? otherCeph(cloud.globals, observed) : undefined
  if (other) return [other]
  return observed.flatMap(({ facts, containers }): Finding[] => {
    const ours = containers
      .filter((container) => container.labels[label.cloud] === cloud.name)
      .filter(({ labels }) => !pinned || !isOfCeph({ service: labels[label.service] ?? '' }))
    // A one-shot container that a killed run left behind is of no release.
    const releases = new Set(ours.flatMap((container) => container.labels[label.release] ?? []))
    releases.delete(wanted)
    if (releases.size === 0) return []
    const message = `runs release ${[...releases].join(', ')} and openstack_release is ${wanted}: deploy changes no release: set it back, or go there with \`kolla-temporal upgrade\``
    return [{ severity: 'error', host: facts.name, message }]
  })
}
