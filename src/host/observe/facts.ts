import type { HostFacts } from '../../model/observed-host.js'
import type { Sections } from './script.js'

export function parseFacts(name: string, section: Sections): HostFacts {
  return {
    name,
    hostname: section('hostname')[0] ?? '',
    interfaces: parseInterfaces(section('interfaces').join('')),
    os: parseOs(section('os-release')),
    cpus: Number(section('cpus')[0]),
    memoryBytes: parseMemory(section('memory')),
  }
}

interface Interface {
  readonly ifname: string
  readonly addr_info: readonly { family?: string; local?: string; prefixlen?: number }[]
}

/** From `ip -json address`; an interface without an IPv4 address has an empty list. */
export function parseInterfaces(json: string): Record<string, string[]> {
  const interfaces = JSON.parse(json || '[]') as Interface[]
  return Object.fromEntries(
    interfaces.map(({ ifname, addr_info }) => [
      ifname,
      addr_info
        .filter(({ family }) => family === 'inet')
        .map(({ local = '', prefixlen = 32 }) => `${local}/${prefixlen}`),
    ]),
  )
}

/** From `/etc/os-release`. */
export function parseOs(lines: readonly string[]): HostFacts['os'] {
  const values = new Map(
    lines.map((line) => {
      const [key = '', ...value] = line.split('=')
      return [key, value.join('=').replace(/^(["'])(.*)\1$/, '$2')]
    }),
  )
  const id = values.get('ID') ?? 'unknown'
  const like = [id, ...(values.get('ID_LIKE') ?? '').split(' ')]
  const family = like.includes('debian')
    ? 'debian'
    : ['rhel', 'fedora', 'centos'].some((name) => like.includes(name))
      ? 'redhat'
      : 'other'
  return { family, id, version: values.get('VERSION_ID') ?? '' }
}

/** From /proc/meminfo in kB; a host that is a container itself has no more than its control group. */
export function parseMemory(lines: readonly string[]): number {
  const limits = lines
    .map((line) => (line.startsWith('limit ') ? Number(line.slice(6)) : Number(line) * 1024))
    .filter((bytes) => bytes > 0)
  return Math.min(...limits)
}
