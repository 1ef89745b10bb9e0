import { isIPv4, isIPv6 } from 'node:net'
import { argument } from './arguments.js'
import type { Filter } from './arguments.js'
import { JinjaError, numberOf, pythonText } from './values.js'
import type { Value } from './values.js'

/** kolla-ansible's own filters, as its package has them (`put_address_in_context.py`, `kolla_url.py`). */
export const kollaFilters: Readonly<Record<string, Filter>> = {
  put_address_in_context: (input, args, named) =>
    inContext(pythonText(input), args[0] ?? named.context),
  kolla_url: (input, args, named) => {
    const protocol = pythonText(named.protocol ?? argument(args, 0, 'kolla_url'))
    const port = Number(pythonText(named.port ?? argument(args, 1, 'kolla_url')))
    const path = pythonText(args[2] ?? named.path ?? '')
    const host = inContext(pythonText(input), args[3] ?? named.context ?? 'url')
    if (!Number.isInteger(port)) throw new JinjaError("the port of 'kolla_url' is no number")
    const isUsual = port === { http: 80, ws: 80, https: 443, wss: 443 }[protocol]
    return `${protocol}://${host}${isUsual ? '' : `:${port}`}${path}`
  },
  database_shards_info: () => {
    throw new JinjaError('there are no shards of MariaDB in this version')
  },
}

function inContext(address: string, context: Value | undefined): string {
  switch (context) {
    case 'url':
      return address.includes(':') ? `[${address}]` : address
    case 'memcache':
      return address.includes(':') ? `inet6:[${address}]` : address
    case 'rabbitmq': // Erlang's notation of an address
      if (isIPv4(address)) return address.replaceAll('.', ',')
      if (isIPv6(address)) return words(address).join(',')
      throw new JinjaError("'put_address_in_context' is given no address")
    default:
      throw new JinjaError(
        "'put_address_in_context' needs a context: 'url', 'memcache' or 'rabbitmq'",
      )
  }
}

/** The eight parts of an IPv6 address. */
function words(address: string): string[] {
  const [, ipv4] = /:(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? []
  const [a = 0, b = 0, c = 0, d = 0] = (ipv4 ?? '').split('.').map(Number)
  const plain =
    ipv4 === undefined ? address : address.replace(ipv4, `${hex(a * 256 + b)}:${hex(c * 256 + d)}`)
  const [left = '', right] = plain.split('::')
  const parts = (half: string | undefined) => (half ? half.split(':') : [])
  const [before, after] = [parts(left), parts(right)]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map((part) => `16#${hex(Number.parseInt(part, 16))}`)
}

const hex = (number: number) => numberOf(number).toString(16)
