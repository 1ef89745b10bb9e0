import type { Socket } from '../catalog/service.js'

const everywhere = '0.0.0.0'

/**
 * Sockets of ours that more than one of our containers would open, or HAProxy for more than one frontend. Some programs
 * refuse that; uWSGI's do not, and the kernel hands half of the requests to the other API.
 */
export function sharedPorts(sockets: readonly Socket[]): string[] {
  return sockets.flatMap((socket, index) => {
    const before = sockets.slice(0, index).find((it) => collide(it, socket))
    if (!before) return []
    const { address, port } = socket
    const { container } = before
    const who =
      container === socket.container
        ? `two frontends of ${container}`
        : `${container} and ${socket.container}`
    return [
      `port ${port} on ${address} is wanted twice, by ${who}: set another port for one of them`,
    ]
  })
}

function collide(one: Socket, other: Socket): boolean {
  if (one.port !== other.port) return false
  return one.address === other.address || [one.address, other.address].includes(everywhere)
}
