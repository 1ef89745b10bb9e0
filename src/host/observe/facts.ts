import { z } from 'zod'
import type { HostFacts } from '../../model/observed-host.js'
import { parseJson } from '../../model/json.js'
import { count, fact, hostname, interfaceName } from './fact.js'
import type { Sections } from './script.js'

export function parseFacts(name: string, section: Sections): HostFacts {
  return {
    name,
    hostname: fact('hostname', hostname, section('hostname')[0]),
    interfaces: parseInterfaces(section('interfaces').join('')),
    ...parseDefaultRoute(section('default-route').join('')),
    os: parseOs(section('os-release')),
    cpus: fact('number of processors', count.min(1), section('cpus')[0]),
    memoryBytes: parseMemory(section('memory')),
    ovsDatapath: section('openvswitch')[0] === 'kernel' ? 'system' : 'netdev',
  }
}

const inet = z.object({
  family: z.literal('inet'),
  local: z.ipv4(),
  prefixlen: z.int().min(0).max(32).default(32),
})
const other = z.object({ family: z.string().optional() })
const interfacesSchema = z.array(
  z.object({ ifname: z.string(), addr_info: z.array(z.union([inet, other])).default([]) }),
)

/**
 * From `ip -json address`; an interface without an IPv4 address has an empty list, and one with a name that we could not
 * write anywhere is left out.
 */
export function parseInterfaces(json: string): Record<string, string[]> {
  const interfaces = fact(
    'list of interfaces',
    interfacesSchema,
    parseJson(json || '[]', 'the list of interfaces'),
  )
  const named = interfaces.filter(({ ifname }) => interfaceName.safeParse(ifname).success)
  return Object.fromEntries(
    named.map(({ ifname, addr_info }) => [
      ifname,
      addr_info
        .filter(({ family }) => family === 'inet')
        .map((address) => {
          const { local, prefixlen } = fact('address', inet, address)
          return `${local}/${prefixlen}`
        }),
    ]),
  )
}

const hop = z.object({ dev: interfaceName.optional(), gateway: z.ipv4().optional() })
const routesSchema = z.array(hop.extend({ nexthops: z.array(hop).optional() }))

/**
 * From `ip -json -4 route show default`, where the route that counts comes first. One of several ways has them in
 * `nexthops`; one that leads nowhere, such as `blackhole`, has no device.
 */
function parseDefaultRoute(json: string): Pick<HostFacts, 'defaultRoute'> {
  const routes = parseJson(json || '[]', 'the list of routes')
  const ways = fact('default route', routesSchema, routes).flatMap(({ nexthops = [], ...own }) => [
    own,
    ...nexthops,
  ])
  const { dev, gateway } = ways.find((way) => way.dev !== undefined) ?? {}
  if (dev === undefined) return {}
  return { defaultRoute: { interface: dev, ...(gateway !== undefined && { gateway }) } }
}

const osSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  version: z.string().regex(/^[\w.~+-]{0,64}$/),
})

/** From `/etc/os-release`. */
export function parseOs(lines: readonly string[]): HostFacts['os'] {
  const values = new Map(
    lines.map((line) => {
      const [key = '', ...value] = line.split('=')
      return [key, value.join('=').replace(/^(["'])(.*)\1$/, '$2')]
    }),
  )
  const { id, version } = fact('operating system', osSchema, {
    id: values.get('ID') ?? 'unknown',
    version: values.get('VERSION_ID') ?? '',
  })
  const like = [id, ...(values.get('ID_LIKE') ?? '').split(' ')]
  const family = like.includes('debian')
    ? 'debian'
    : ['rhel', 'fedora', 'centos'].some((name) => like.includes(name))
      ? 'redhat'
      : 'other'
  return { family, id, version }
}

/** From /proc/meminfo in kB; a host that is a container itself has no more than its control group. */
export function parseMemory(lines: readonly string[]): number {
  const limits = lines
    .map((line) => (line.startsWith('limit ') ? Number(line.slice(6)) : Number(line) * 1024))
    .filter((bytes) => bytes > 0)
  return fact('memory', z.number().positive(), Math.min(...limits))
}
