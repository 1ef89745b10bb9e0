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
