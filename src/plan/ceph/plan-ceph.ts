import { redundancyOf } from '../../catalog/ceph/conf.js'
import { osdName } from '../../catalog/ceph/osd.js'
import { cephPools, poolsDigest } from '../../catalog/ceph/pools.js'
import type { Cloud } from '../../model/cloud.js'
import type { Finding } from '../../model/finding.js'
import type { ObservedCeph, ObservedHost, OsdFacts } from '../../model/observed-host.js'
import { password } from '../../model/passwords.js'
import { alsoRestart } from '../also-restart.js'
import type { Change } from '../change.js'
import { label } from '../desired.js'
import { planDisks } from './disks.js'
import type { DiskPlan } from './disks.js'
import { planMonitors } from './monitors.js'
import type { MonitorPlan } from './monitors.js'
import { finishedOsds, partitionsOf } from './osds.js'
import { isOfCeph } from './pinned.js'

export interface CephPlan {
  readonly findings: readonly Finding[]
  /** What is to be done to disks and pools; containers are planned as those of any service. */
  readonly changes: readonly Change[]
  readonly monitors?: MonitorPlan
}

/** Everything about Ceph that is no container: disks, monitors' data, pools, and what is wrong with them. */
export function planCeph(cloud: Cloud, observed: readonly ObservedHost[]): CephPlan {
  if (!cloud.globals.enable_ceph) return { findings: leftBehind(cloud, observed), changes: [] }
  const fsid = password(cloud.passwords, 'ceph_cluster_fsid')
  const monitors = planMonitors(monitorsOf(cloud, observed), knownClusters(observed), fsid)
  const disks = osdHosts(cloud, observed).map((host) => {
    const osds = finishedOsds(host.ceph, fsid)
    const lost = lostOsds(cloud, host, osds).length
    return {
      host: host.facts.name,
      osds: osds.length,
      plan: planDisks(host.ceph, wantedOn(cloud, host.facts.name), fsid, lost),
    }
  })
  const error = (host: string, message: string): Finding => ({ severity: 'error', host, message })
  const warning = (host: string, message: string): Finding => ({
    severity: 'warning',
    host,
    message,
  })
  const bare = disks.filter(
    ({ plan, osds }) => plan.errors.length + plan.births.length + osds === 0,
  )
  const nowhere = bare.length === disks.length
  return {
    findings: [
      ...monitors.errors.map(({ host, message }) => error(host, message)),
      ...disks.flatMap(({ host, plan }) => [
        ...plan.errors.map((message) => error(host, message)),
        ...plan.warnings.map((message) => warning(host, message)),
      ]),
      ...bare.map(({ host }) => (nowhere ? error : warning)(host, noDisk)),
      ...(nowhere ? [] : fewHosts(cloud, disks)),
      ...lostDaemons(cloud, observed),
    ],
    changes: [
      ...disks.flatMap(({ host, plan }) => diskChanges(host, plan)),
      ...poolChanges(cloud, observed),
    ],
    monitors,
  }
}

/** A cluster that begins, on fewer hosts than its pools have copies; one that is there tells its health itself. */
function fewHosts(
  cloud: Cloud,
  disks: readonly { readonly osds: number; readonly plan: DiskPlan }[],
): Finding[] {
  const [monitor] = cloud.groups.get('ceph-mon') ?? []
  const hosts = disks.filter(({ plan }) => plan.births.length > 0).length
  const isOther = disks.some(({ osds, plan }) => osds > 0 || plan.errors.length > 0)
  if (monitor === undefined || hosts === 0 || isOther) return []
  const redundancy = redundancyOf(cloud, monitor)
  if (!redundancy?.byHost || hosts >= redundancy.copies) return []
  const { copies, enough } = redundancy
  const of = hosts === 1 ? 'one host has disks for it' : `${hosts} hosts have disks for it`
  const result =
    hosts < enough
      ? 'it would take no data'
      : hosts === enough
        ? 'it takes no data once a host is away'
        : 'copies are missing'
  const message = `Ceph keeps ${copies} copies of all data, each on another host, and only ${of}, so ${result}: list more hosts in [ceph-osd], or set "osd pool default size = ${hosts}" below [global] in config/ceph.conf`
  return [{ severity: hosts < enough ? 'error' : 'warning', message }]
}

const noDisk =
  'has no disk for Ceph: name its disks in ceph_osd_disks, or label a partition KOLLA_CEPH_OSD_BOOTSTRAP'

/** The changes with what is to be said of a monitor that is made anew. */
export function withMonitors(changes: readonly Change[], monitors?: MonitorPlan): Change[] {
  if (!monitors) return [...changes]
  const { make, halfMade, withoutKeys } = monitors
  const planned = (host: string) => changes.some((it) => it.host === host && it.container === name)
  const why = make.map((host) => {
    const leftBehind = [
      ...(halfMade.includes(host)
        ? ['half-made monitor (never in a quorum, no OSD knows its cluster), made anew']
        : []),
      ...(withoutKeys.includes(host)
        ? ['ceph_mon_config without whole keys (of a deploy that died), filled anew']
        : []),
    ]
    return [host, leftBehind.length > 0 || planned(host) ? leftBehind : ['no data yet']] as const
  })
  // It serves nobody.
  const monitor = { service: 'ceph-mon', container: name, interrupts: false }
  return alsoRestart(changes, monitor, new Map(why))
}

const name = 'ceph_mon'

/** Wanted disks of one host. */
function wantedOn(cloud: Cloud, host: string) {
  const found = cloud.hosts.find((it) => it.name === host)
  if (!found) throw new Error(`${host} is not in the inventory`)
  return found.globals
}

type SeenHost = ObservedHost & { readonly ceph: ObservedCeph }

function osdHosts(cloud: Cloud, observed: readonly ObservedHost[]): SeenHost[] {
  const members = cloud.groups.get('ceph-osd') ?? []
  return observed.filter(
    (host): host is SeenHost => members.includes(host.facts.name) && host.ceph !== undefined,
  )
}

function monitorsOf(cloud: Cloud, observed: readonly ObservedHost[]) {
  return (cloud.groups.get('ceph-mon') ?? []).flatMap((host) => {
    const monitor = observed.find(({ facts }) => facts.name === host)?.ceph?.monitor
    return [{ host, ...(monitor ?? { made: false, joined: false, keys: 'none' as const }) }]
  })
}

function knownClusters(observed: readonly ObservedHost[]) {
  return observed.flatMap(({ facts, ceph }) =>
    (ceph ? partitionsOf(ceph) : []).flatMap(({ bluestore }) =>
      bluestore?.fsid !== undefined && bluestore.ready
        ? [{ host: facts.name, fsid: bluestore.fsid }]
        : [],
    ),
  )
}

function diskChanges(host: string, { tables, births }: DiskPlan): Change[] {
  const change = (container: string, action: Change['action'], reasons: string[]): Change => {
    return { host, service: 'ceph-osd', container, action, interrupts: false, reasons }
  }
  return [
    ...tables.map(({ name, label: as, parts, why }) =>
      change(name, 'label', [parts === 1 ? as : `${parts} × ${as}`, why]),
    ),
    ...births.map(({ name, journal, again }) =>
      change(name, 'bootstrap', [
        again ? 'half-made OSD, made anew' : 'new OSD',
        journal ? `journal on ${journal.name}` : 'with its own journal',
      ]),
    ),
  ]
}

/** The first monitor's host tells which pools and accounts were made: a deploy that died may not have come so far. */
function poolChanges(cloud: Cloud, observed: readonly ObservedHost[]): Change[] {
  const [host] = cloud.groups.get('ceph-mon') ?? []
  const first = observed.find(({ facts }) => facts.name === host)
  if (!first?.ceph || first.ceph.monitor?.pools === poolsDigest(cloud.globals)) return []
  const reasons = [`${cephPools(cloud.globals).join(', ')} and their accounts`]
  return [
    {
      host: first.facts.name,
      service: 'ceph-mon',
      container: 'pools',
      action: 'bootstrap',
      interrupts: false,
      reasons,
    },
  ]
}

/** Containers of OSDs that no disk of their host holds any more. */
function lostOsds(cloud: Cloud, host: ObservedHost, osds: readonly OsdFacts[]): string[] {
  const held = osds.map(({ id }) => osdName(id))
  return ours(cloud, [host]).flatMap(({ name }) =>
    /^ceph_osd_\d+$/.test(name) && !held.includes(name) ? [name] : [],
  )
}

/** Containers whose removal would take data or a vote away: nobody does that by leaving out a line. */
function lostDaemons(cloud: Cloud, observed: readonly ObservedHost[]): Finding[] {
  return ours(cloud, observed).flatMap(({ host, name, service }): Finding[] => {
    if (service === 'ceph-mon' && !cloud.groups.get('ceph-mon')?.includes(host)) {
      const message = `runs a monitor and is no longer in [ceph-mon]: put it back, this version takes no monitor out of a cluster`
      return [{ severity: 'error', host, message }]
    }
    const osds = observed.find(({ facts }) => facts.name === host)?.facts.osds ?? []
    if (service !== 'ceph-osd' || osds.some(({ id }) => name === `ceph_osd_${id}`)) return []
    const message = `${name} has no disk any more: bring the disk back; what it held is copied from the other OSDs meanwhile`
    return [{ severity: 'warning', host, message }]
  })
}

function leftBehind(cloud: Cloud, observed: readonly ObservedHost[]): Finding[] {
  const hosts = new Set(ours(cloud, observed).map(({ host }) => host))
  const message =
    "runs Ceph and enable_ceph is no: set it back to yes, a cluster's data is not given up by a setting"
  return [...hosts].map((host) => ({ severity: 'error', host, message }))
}

function ours(cloud: Cloud, observed: readonly ObservedHost[]) {
  return observed.flatMap(({ facts, containers }) =>
    containers
      .filter((it) => it.labels[label.cloud] === cloud.name)
      .map((it) => ({ host: facts.name, name: it.name, service: it.labels[label.service] ?? '' }))
      .filter(isOfCeph),
  )
}
