import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'
import { label } from './desired.js'
import type { ReleaseSummary } from './release-record.js'

/**
 * Hosts that are none of a record's and have containers of the cloud: no record tells what such a host is to be, and beside
 * the older release it can't stay as it is.
 */
export function joinedSince(
  { id }: Pick<ReleaseSummary, 'id'>,
  cloud: string,
  hosts: readonly ObservedHost[],
): Finding[] {
  const isInUse = ({ containers }: ObservedHost) =>
    containers.some(({ labels }) => labels[label.cloud] === cloud)
  return hosts.filter(isInUse).map(({ facts: { name } }) => ({
    severity: 'error',
    host: name,
    message: `it has joined the cloud after the record ${id}, which does not know it: have it leave ("a host leaves" in docs/operations.md), then roll back again`,
  }))
}
