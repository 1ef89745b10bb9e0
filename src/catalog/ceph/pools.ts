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

/**
 * The services' accounts: each can do what its work takes, in its own pools. Services may share one, as Cinder and Nova do
 * with kolla-ansible's defaults: it can do what each of them takes.
 */
export function cephClients(globals: Globals): CephClient[] {
  const images = globals.ceph_glance_pool_name
  const volumes = globals.ceph_cinder_pool_name
  const vms = globals.ceph_nova_pool_name
  const backups = globals.ceph_cinder_backup_pool_name
  const needs = [
    { name: globals.ceph_glance_user, own: [images], readOnly: [] },
    { name: globals.ceph_cinder_user, own: [volumes, vms], readOnly: [images] },
    { name: globals.ceph_cinder_backup_user, own: [backups], readOnly: [] },
    { name: globals.ceph_nova_user, own: [vms], readOnly: [images] },
  ]
  const names = [...new Set(needs.map(({ name }) => name))]
  return names.map((name) => {
    const same = needs.filter((it) => it.name === name)
    const pools = new Set(same.flatMap(({ own }) => own))
    const others = new Set(same.flatMap(({ readOnly }) => readOnly).filter((it) => !pools.has(it)))
    const own = [...pools].map((pool) => `profile rbd pool=${pool}`)
    const read = [...others].map((pool) => `profile rbd-read-only pool=${pool}`)
    const caps = ['mon', 'profile rbd', 'mgr', own.join(', '), 'osd', [...own, ...read].join(', ')]
    return { name, caps }
  })
}

/** Names the pools and accounts that are to be there. */
export function poolsDigest(globals: Globals): string {
  const wanted = JSON.stringify([cephPools(globals), cephClients(globals)])
  return createHash('sha256').update(wanted).digest('hex').slice(0, 12)
}
