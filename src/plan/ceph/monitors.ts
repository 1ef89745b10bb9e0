import type { ObservedMonitor } from '../../model/observed-host.js'

/** A host of the group ceph-mon, and what its volumes show. */
export interface MonitorHost extends ObservedMonitor {
  readonly host: string
}

/** What brings every monitor into one quorum. */
export interface MonitorPlan {
  readonly errors: readonly { readonly host: string; readonly message: string }[]
  /** Hosts whose monitor is still to be made. */
  readonly make: readonly string[]
  /** Hosts whose monitor was in a quorum: those who are new learn from these which cluster it is. */
  readonly joined: readonly string[]
  /** Those of `make` that hold a half-made one, which goes first, and why it may. */
  readonly halfMade: readonly string[]
  /** Those of `make` where a deploy that died has left `ceph_mon_config` without whole keys. */
  readonly withoutKeys: readonly string[]
}

/**
 * A cluster has one fsid for ever and is bootstrapped once. A monitor that was never in a quorum holds nothing: if
 * nobody else knows its cluster, it is made anew. What was in a quorum is never removed, and no cluster is begun where
 * an OSD knows its fsid.
 *
 * @param known fsids that the hosts' OSDs belong to, with the host
 */
export function planMonitors(
  monitors: readonly MonitorHost[],
  known: readonly { readonly host: string; readonly fsid: string }[],
  fsid: string,
): MonitorPlan {
  const errors: { host: string; message: string }[] = []
  for (const { host, made, fsid: own } of monitors) {
    if (!made || own !== undefined) continue
    const message = `holds a Ceph monitor that kolla-temporal did not make: it is left alone, remove the volumes ceph_mon and ceph_mon_config by hand if nobody needs it`
    errors.push({ host, message })
  }
  const joined = monitors.filter((it) => it.joined && it.fsid !== undefined)
  for (const { host, fsid: other } of joined) {
    if (other !== fsid) {
      const message = `holds a Ceph monitor of the cluster ${other ?? ''}, and passwords.yml says ceph_cluster_fsid ${fsid}: a cluster has one fsid for ever, write back the old one, or take the host out of [ceph-mon]`
      errors.push({ host, message })
    }
  }
  const halfMade = monitors.filter((it) => it.made && it.fsid !== undefined && !it.joined)
  const living = joined.length > 0
  for (const { host, fsid: own } of halfMade) {
    const osd = known.find((it) => it.fsid === own)
    const monitor = joined.find((it) => it.fsid === own)
    if (own === fsid && living) continue // it has yet to join them
    if (!osd && !monitor) continue
    const who = osd ? `an OSD on ${osd.host}` : `the monitor on ${monitor?.host ?? ''}`
    const message = `holds a half-made Ceph monitor of the cluster ${own ?? ''}, which ${who} belongs to: nothing is removed; if that cluster is no longer needed, remove the volumes ceph_mon and ceph_mon_config on ${host} by hand, else write its fsid into passwords.yml`
    errors.push({ host, message })
  }
  const orphan = known.find((it) => it.fsid === fsid)
  if (!living && orphan && !errors.some(({ host }) => halfMade.some((it) => it.host === host))) {
    const message = `holds an OSD of the cluster ${fsid}, and no monitor that was ever in its quorum is left: nothing is begun anew, bring back the volume ceph_mon of one of ${monitors.map((it) => it.host).join(', ')}`
    errors.push({ host: orphan.host, message })
  }
  if (living && !errors.length && !joined.some((it) => it.keys === 'complete')) {
    const host = joined[0]?.host ?? ''
    const message = `no monitor's host has the keys of the cluster ${fsid} any more: bring back ceph.mon.keyring and ceph.client.admin.keyring in the volume ceph_mon_config of ${host}`
    errors.push({ host, message })
  }
  const anew = halfMade.filter((it) => !(it.fsid === fsid && living))
  const make = monitors.filter((it) => !it.made || anew.includes(it))
  const names = (those: readonly MonitorHost[]) => those.map((it) => it.host)
  return {
    errors,
    make: names(make),
    joined: names(joined),
    halfMade: names(anew),
    withoutKeys: names(make.filter((it) => it.keys === 'broken')),
  }
}
