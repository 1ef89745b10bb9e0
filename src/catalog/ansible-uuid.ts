import { createHash } from 'node:crypto'
import { shortHostname } from './host-view.js'
import type { HostView } from './host-view.js'

/** Ansible's `to_uuid`: a UUID of version 5 in its own name space (`ansible/plugins/filter/core.py`). */
export function ansibleUuid(name: string): string {
  const space = Buffer.from('361e6d51faec444a9079341386da8e2e', 'hex')
  const hash = createHash('sha1').update(space).update(name).digest()
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = hash.toString('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ]
  return parts.join('-')
}

/** The host's name to storage by NVMe, as kolla-ansible makes it of its hostname. */
export function hostNqn(host: Pick<HostView, 'facts'>): string {
  return `nqn.2014-08.org.nvmexpress:uuid:${ansibleUuid(shortHostname(host))}`
}
