import { carriers } from '../catalog/index.js'
import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'
import type { Change } from './change.js'
import { error } from './check-hosts.js'

/**
 * Machines go on without what carries them, but without network and out of Nova's hands: nobody takes that away by leaving
 * out a line. Where no libvirt of ours is, machines are somebody else's.
 */
export function checkCarriers(
  changes: readonly Change[],
  observed: readonly ObservedHost[],
): Finding[] {
  return observed.flatMap(({ facts: { name }, hypervisor, containers }) => {
    const machines = hypervisor?.machines ?? 0
    if (machines === 0 || !containers.some((it) => it.name === 'nova_libvirt')) return []
    const leaving = changes
      .filter(({ host, action }) => host === name && action === 'remove')
      .map(({ container }) => container)
      .filter((container) => carriers.includes(container))
    if (leaving.length === 0) return []
    const message = `${leaving.join(', ')} would be removed, and ${machines} ${machines === 1 ? 'machine runs' : 'machines run'} here: move them away (\`kolla-temporal drain-compute ${name}\`), stop or delete them, or put back what was changed (the host's groups, or enable_…)`
    return [error(name, message)]
  })
}
