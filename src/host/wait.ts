import { loginPacket, queryPacket, quitPacket } from '../catalog/mysql-protocol.js'
import type { Probe } from '../catalog/service.js'
import { RemoteError, RemoteTimeout } from '../ssh/errors.js'
import { raw, sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'
import { stopSeconds, timeIsOver, waiting } from './wait-script.js'

/** Work that takes as long as there are data: it goes on while this file lies in the volume. */
export interface LongWork {
  readonly volume: string
  readonly file: string
  readonly timeoutMs: number
}

export interface AwaitOptions {
  /** What is waited for, in a few words. */
  readonly title: string
  readonly timeoutMs: number
  /** The time begins when this is done. */
  readonly after?: LongWork
  /** Containers that must go on running: one that has ended or starts again and again is not waited for. */
  readonly containers?: readonly string[]
  /** Folders below `/var/log/kolla` whose newest lines tell why it failed. */
  readonly logs?: readonly string[]
  /** Whether containers are restarted whose programs have run all the time and are not connected. */
  readonly restarts?: boolean
  readonly signal?: AbortSignal
}

/** What the host gets on top of the deadline that the script itself keeps. */
const graceMs = 10_000
/** And to restart what hangs, all at once. */
const restartMs = 2 * stopSeconds * 1000

/**
 * Waits on the host itself until every probe has succeeded, in one round trip.
 *
 * @throws RemoteError when a container has ended, RemoteTimeout when the time is over; either names the probe, what it
 * saw last, and the last lines of the containers
 */
export async function awaitProbes(
  remote: Remote,
  probes: readonly Probe[],
  { title, timeoutMs, after, containers = [], logs = [], restarts = false, signal }: AwaitOptions,
): Promise<void> {
  if (probes.length === 0) return
  const mayHang = restarts ? probes.filter((probe) => probe.kind === 'connected') : []
  const { code, stdout, stderr } = await remote.run(
    awaitScript(probes, mayHang, { containers, logs, timeoutMs, ...(after && { after }) }),
    {
      title,
      timeoutMs:
        timeoutMs + (after?.timeoutMs ?? 0) + graceMs + (mayHang.length > 0 ? restartMs : 0),
      ...(signal && { signal }),
    },
  )
  if (code === 0) return
  const tail = (stdout + stderr).trim().split('\n')
  if (code === timeIsOver) throw new RemoteTimeout(remote.host, title, timeoutMs, tail)
  throw new RemoteError(remote.host, title, code, tail)
}

/** The probes one after the other, since what has succeeded once is not asked again. */
function awaitScript(
  probes: readonly Probe[],
  mayHang: readonly (Probe & { kind: 'connected' })[],
  { containers = [], logs = [], timeoutMs, after }: Omit<AwaitOptions, 'title' | 'signal'>,
): string {
  const seconds = Math.ceil(timeoutMs / 1000)
  // What only has to run is asked of the engine at once.
  const running = probes.flatMap((probe) => (probe.kind === 'running' ? [probe.container] : []))
  const asked = probes.filter((probe) => probe.kind !== 'running')
  const waits = [
    ...asked.map((probe) => sh`await_probe ${describe(probe)} ${raw(command(probe))}`),
    ...(running.length > 0
      ? [sh`await_probe ${`${running.join(', ')} running`} probe_running ${running}`]
      : []),
  ]
  return [
    sh`patience=${seconds} deadline=${seconds} containers=(${containers}) logs=(${logs})`,
    sh`may_hang=(${mayHang.flatMap(({ container, program, port }) => [container, program, `${port}`])})`,
    after
      ? sh`longest=${after.timeoutMs / 1000} copying=$(docker volume inspect -f '{{.Mountpoint}}' ${after.volume})/${after.file}`
      : 'copying=',
    waiting,
    ...waits,
  ].join('\n')
}

type Asked = Exclude<Probe, { kind: 'running' }>

function describe(probe: Asked): string {
  if (probe.kind === 'tcp') return `TCP port ${probe.port} on ${probe.address}`
  if (probe.kind === 'http') return `GET ${probe.url} answers ${probe.status}`
  if (probe.kind === 'connected') {
    return `${probe.program} in ${probe.container} connected to port ${probe.port}`
  }
  if (probe.kind === 'synced') return `${probe.container} Synced`
  return `${probe.command.join(' ')} in ${probe.container}`
}

function command(probe: Asked): string {
  if (probe.kind === 'tcp') return sh`probe_tcp ${probe.address} ${probe.port}`
  if (probe.kind === 'connected') {
    return sh`probe_connected ${probe.container} ${probe.program} ${probe.port}`
  }
  if (probe.kind === 'synced') {
    const { container, address, port, user } = probe
    return sh`probe_synced ${container} ${address} ${port} ${stateQuery} ${bytesFor(user)}`
  }
  if (probe.kind === 'exec') {
    const probing = probe.isItsCheck === true ? raw('probe_healthy_or_exec') : raw('probe_exec')
    return sh`${probing} ${probe.container} ${probe.line ?? ''} ${probe.command}`
  }
  const { protocol, hostname, port, pathname, search } = new URL(probe.url)
  if (protocol === 'https:') return sh`probe_https ${probe.url} ${probe.status}`
  return sh`probe_http ${hostname} ${port || '80'} ${pathname + search} ${probe.status}`
}

const stateQuery = "SHOW STATUS LIKE 'wsrep_local_state_comment'"

/** All that is said to a member, in `printf`'s escapes: it answers one after the other. */
function bytesFor(user: string): string {
  const said = Buffer.concat([loginPacket(user), queryPacket(stateQuery), quitPacket])
  return said.toString('hex').replace(/../g, String.raw`\x$&`)
}
