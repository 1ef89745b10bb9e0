import { createHash } from 'node:crypto'
import type { Globals } from '../../model/globals.js'

/** Pools of block devices for Glance, Cinder, its backups, and Nova. */
export function cephPools(globals: Globals): string[] {
  return [
    globals.ceph_glance_pool_name,
    globals.ceph_cinder_pool_name,
    globals.ceph_cinder_backup_pool_name,
    globals.ceph_nova_pool_name,
  ]
}

export interface CephClient {
  /** `client.<name>`. */
  readonly name: string
  /** As `ceph auth caps` takes them. */
  readonly caps: readonly string[]
}

/** The services' accounts: each can do what its work takes, in its own pools. */
export function cephClients(globals: Globals): CephClient[] {
  const images = globals.ceph_glance_pool_name
  const volumes = globals.ceph_cinder_pool_name
  const vms = globals.ceph_nova_pool_name
  const client = (name: string, pools: readonly string[], readOnly: readonly string[] = []) => {
    const own = pools.map((pool) => `profile rbd pool=${pool}`)
    const others = readOnly.map((pool) => `profile rbd-read-only pool=${pool}`)
    const caps = [
      'mon',
      'profile rbd',
      'mgr',
      own.join(', '),
      'osd',
      [...own, ...others].join(', '),
    ]
    return { name, caps }
  }
  return [
    client(globals.ceph_glance_user, [images]),
    client(globals.ceph_cinder_user, [volumes, vms], [images]),
    client(globals.ceph_cinder_backup_user, [globals.ceph_cinder_backup_pool_name]),
    client(globals.ceph_nova_user, [vms], [images]),
  ]
}

/** Names the pools and accounts that are to be there. */
export function poolsDigest(globals: Globals): string {
  const wanted = JSON.stringify([cephPools(globals), cephClients(globals)])
  return createHash('sha256').update(wanted).digest('hex').slice(0, 12)
}
