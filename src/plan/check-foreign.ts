import type { Socket } from '../catalog/service.js'
import type { Listener, ObservedContainer, ObservedHost } from '../model/observed-host.js'
import type { Finding } from '../model/finding.js'
import { label } from './desired.js'

/** Containers that have a name of ours but were made by somebody else. */
export function foreignContainers(
  cloud: string,
  host: ObservedHost,
  wanted: readonly string[],
): Finding[] {
  return host.containers
    .filter((container) => wanted.includes(container.name))
    .flatMap((container) => {
      const owner = container.labels[label.cloud]
      return owner === cloud
        ? []
        : [{ severity: 'error', host: host.facts.name, message: explain(container, owner) }]
    })
}

function explain({ name }: ObservedContainer, owner: string | undefined): string {
  if (owner !== undefined) {
    return `container ${name} belongs to the cloud ${owner}: a host can be in one cloud only`
  }
  return `container ${name} was not made by kolla-temporal (kolla-ansible uses the same names): remove it, its volumes stay (docker rm --force ${name})`
}

/** A database that only others have rights on is theirs: ours would be made within it, on top of what it holds. */
export function foreignDatabase(
  host: string,
  of: { readonly name: string; readonly user: string; readonly holders: readonly string[] },
): Finding[] {
  const { name, user, holders } = of
  if (holders.length === 0 || holders.includes(user)) return []
  const message = `the database ${name} is there, and it is that of ${holders.join(', ')}, not of ${user}: give the service's another name (…_database_name) or that account (…_database_user), or remove what nobody needs any more`
  return [{ severity: 'error', host, message }]
}

/** Processes that hold a socket which one of our containers is going to open. */
export function foreignListeners(
  cloud: string,
  host: ObservedHost,
  sockets: readonly Socket[],
): Finding[] {
  // A foreign container that has a name of ours is reported by itself.
  const known = new Set(
    host.containers
      .filter(
        (it) => it.labels[label.cloud] === cloud || sockets.some((s) => s.container === it.name),
      )
      .map((container) => container.name),
  )
  return host.listeners
    .filter((listener) => listener.container === undefined || !known.has(listener.container))
    .flatMap((listener) => {
      const names = sockets.filter((it) => collide(it, listener)).map((it) => it.container)
      if (names.length === 0) return []
      const { address, port } = listener
      const message = `port ${port}, for ${names.join(' and ')}, is held on ${address} by ${holderOf(listener)}: stop it or choose another port`
      return [{ severity: 'error' as const, host: host.facts.name, message }]
    })
}

function collide(socket: Socket, listener: Listener): boolean {
  const everywhere = ['0.0.0.0', '::', '*', '[::]'].includes(listener.address)
  const own = listener.address.replace(/^(\[)?::ffff:/, '').replace(/]$/, '')
  return listener.port === socket.port && (everywhere || own === socket.address)
}

function holderOf({ process, pid, container }: Listener): string {
  const what = process === undefined ? 'an unknown process' : process
  const number = pid === undefined ? '' : ` (pid ${pid})`
  return `${what}${number}${container === undefined ? '' : ` in container ${container}`}`
}
