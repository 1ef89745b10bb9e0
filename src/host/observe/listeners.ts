import { isIP } from 'node:net'
import type { Listener, ObservedContainer } from '../../model/observed-host.js'
import { printable } from './fact.js'

/** From `ss --listening --tcp --numeric --processes` and lines of `pid container-id`. */
export function parseListeners(
  sockets: readonly string[],
  processes: readonly string[],
  containers: readonly Pick<ObservedContainer, 'id' | 'name'>[],
): Listener[] {
  const names = new Map(containers.map(({ id, name }) => [id, name]))
  const homes = new Map(processes.map((line) => line.split(' ') as [string, string]))
  return sockets.flatMap((line) => {
    const socket = line.split(/\s+/)[3] ?? ''
    const port = Number(socket.slice(socket.lastIndexOf(':') + 1))
    const address = addressOf(socket.slice(0, socket.lastIndexOf(':')))
    if (!Number.isInteger(port) || port < 1 || port > 65535 || isIP(address) === 0) return []
    const holders = [...line.matchAll(/\("(.*?)",pid=(\d+),/g)].map(
      ([, process = '', pid = '']) => {
        return { process, pid, container: names.get(homes.get(pid) ?? '') }
      },
    )
    // A child holds its parent's socket as well (novncproxy has one for each connection), and may have ended since.
    const { process, pid, container } =
      holders.find((holder) => holder.container !== undefined) ?? holders[0] ?? {}
    return [
      {
        address,
        port,
        ...(process !== undefined && { process: printable(process), pid: Number(pid) }),
        ...(container !== undefined && { container }),
      },
    ]
  })
}

/** `[::1]`, `*` and `127.0.0.53%lo` as others write them. */
function addressOf(text: string): string {
  const address = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '')
  return address === '*' ? '::' : address
}
