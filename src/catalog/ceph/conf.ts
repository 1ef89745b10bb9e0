import type { Cloud } from '../../model/cloud.js'
import { overridesFor } from '../../model/overrides/merge.js'
import { password } from '../../model/passwords.js'
import { addressOf, shortHostname } from '../host-view.js'
import type { HostView } from '../host-view.js'
import { configFile, localtime, logs } from '../kolla-config.js'
import type { Placed } from '../kolla-config.js'
import { overridden } from '../overridden.js'
import type { Overridable } from '../overridden.js'
import type { Context } from '../service.js'

export const cephConfig: Overridable = {
  kind: 'ini',
  paths: ['ceph.conf', 'ceph/ceph.conf', 'ceph/<host>/ceph.conf'],
}

/** What all daemons have in common. */
export const cephVolumes = [localtime, logs]
export const cephLogs = ['ceph']

/** Else two lives of a daemon look the same to its peers: in a container it always has the same process id. */
export const cephEnvironment = { CEPH_USE_RANDOM_NONCE: '1' }

/** Arguments of every daemon: it stays in the foreground and does not stay root. */
export const asCeph = '-f --setuser ceph --setgroup ceph'

export const cephFsid = (ctx: Pick<Context, 'cloud'>) =>
  password(ctx.cloud.passwords, 'ceph_cluster_fsid')

/** `[v2:10.10.9.101:3300,v1:10.10.9.101:6789]` */
export function monitorAddress(monitor: HostView): string {
  const address = addressOf(monitor, 'storage')
  return `[v2:${address}:${monitorPorts[0]},v1:${address}:${monitorPorts[1]}]`
}

export const monitorPorts = [3300, 6789] as const

/** `ceph.conf` with the operator's own, and lines of one daemon. */
export function cephConf(ctx: Context, daemon = '') {
  return configFile('ceph.conf', tolerant(overridden(ctx, cephConfig, base(ctx) + daemon)))
}

export const placedConf: Placed = {
  source: 'ceph.conf',
  dest: '/etc/ceph/ceph.conf',
  owner: 'ceph',
  perm: '0600',
}

function base(ctx: Context): string {
  const monitors = ctx.members('ceph-mon')
  return `[global]
fsid = ${cephFsid(ctx)}
mon initial members = ${monitors.map(shortHostname).join(', ')}
mon host = ${monitors.map(monitorAddress).join(',')}
public addr = ${addressOf(ctx.host, 'storage')}
cluster addr = ${addressOf(ctx.host, 'cluster')}
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
log file = /var/log/kolla/ceph/$cluster-$name.log
log to stderr = false
err to stderr = true
mon cluster log file = /var/log/kolla/ceph/$cluster.log
mon cluster log to stderr = false

[mon]
auth allow insecure global id reclaim = false
mgr initial modules = iostat
`
}

/** How pools that nobody says more about keep their data. */
export interface Redundancy {
  readonly copies: number
  /** With fewer of them no data is taken. */
  readonly enough: number
  /** Whether each copy is on another host. */
  readonly byHost: boolean
}

/**
 * By the operator's own `ceph.conf` of a monitor's host, over Ceph's defaults. Undefined where that is no plain number, as
 * with Jinja.
 */
export function redundancyOf(
  { overrides }: Pick<Cloud, 'overrides'>,
  host: string,
): Redundancy | undefined {
  const text = overridesFor(overrides, { ...cephConfig, host }).map((it) => it.text)
  const option = (name: string, initial: number) => {
    const line = new RegExp(`^${name.replaceAll(' ', '[ _]')}\\s*[=:](.*)$`, 'gm')
    const [, value] = [...text.join('\n').matchAll(line)].at(-1) ?? []
    return value === undefined ? initial : Number(value)
  }
  const copies = option('osd pool default size', 3)
  const enough = option('osd pool default min size', 0)
  const failureDomain = option('osd crush chooseleaf type', 1)
  if ([copies, enough, failureDomain].some(Number.isNaN)) return undefined
  const byDefault = copies - Math.floor(copies / 2)
  return { copies, enough: enough > 0 ? enough : byDefault, byHost: failureDomain !== 0 }
}

/** Whoever asks for pools of one copy, as the source does, means it: Ceph would refuse to make them. */
function tolerant(conf: string): string {
  if (!/^osd[ _]pool[ _]default[ _]size\s*=\s*1\s*$/m.test(conf)) return conf
  return conf.replace(
    '[global]\n',
    '[global]\nmon allow pool size one = true\nmon warn on pool no redundancy = false\n',
  )
}
