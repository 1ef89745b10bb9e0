import type {
  BluestoreLabel,
  ObservedCeph,
  ObservedDevice,
  ObservedDisk,
  ObservedMonitor,
  ObservedPartition,
} from '../../model/observed-host.js'
import type { Sections } from './script.js'

/** From the sections that `cephScript` printed. */
export function parseCeph(section: Sections): ObservedCeph {
  const monitor = section('ceph-monitor')
  return {
    ...parseDisks(section('ceph-disks')),
    ...(monitor.length > 0 && { monitor: parseMonitor(monitor) }),
  }
}

/** The values of one device by key; of some there are several. */
type Fields = ReadonlyMap<string, readonly string[]>

function parseDisks(lines: readonly string[]): Omit<ObservedCeph, 'monitor'> {
  const named: Record<string, string | undefined> = {}
  const missing: string[] = []
  const sizes: Record<string, number> = {}
  const devices: Map<string, string[]>[] = []
  for (const line of lines) {
    const [key, value] = split(line)
    if (key === 'missing') {
      missing.push(value)
      continue
    }
    if (key === 'named') {
      const [name = '', device] = value.split(' ')
      named[name] = device === '' ? undefined : device
      continue
    }
    if (key === 'size') {
      const [device = '', bytes] = value.split(' ')
      sizes[device] = Number(bytes)
      continue
    }
    if (key === 'device') devices.push(new Map())
    const fields = devices.at(-1)
    fields?.set(key, [...(fields.get(key) ?? []), value])
  }
  const sorted = devices.sort((a, b) => compare(first(a, 'device'), first(b, 'device')))
  const partitions = sorted.filter((fields) => first(fields, 'parent') !== '')
  return {
    ...(missing.length > 0 && { missing }),
    named,
    sizes,
    disks: sorted
      .filter((fields) => first(fields, 'parent') === '')
      .map((fields) => {
        const own = partitions.filter((it) => first(it, 'parent') === first(fields, 'device'))
        return parseDisk(fields, own.map(parsePartition))
      }),
  }
}

function parseDisk(fields: Fields, partitions: readonly ObservedPartition[]): ObservedDisk {
  const [serial, kind] = [first(fields, 'serial'), first(fields, 'PTTYPE')]
  return {
    ...parseDevice(fields),
    ...(serial !== '' && { serial }),
    ...(kind !== '' && { table: { kind, id: first(fields, 'PTUUID') } }),
    partitions,
  }
}

function parsePartition(fields: Fields): ObservedPartition {
  const osdUuid = first(fields, 'bluestore')
  return {
    ...parseDevice(fields),
    label: first(fields, 'PART_ENTRY_NAME'),
    uuid: first(fields, 'PART_ENTRY_UUID'),
    ...(osdUuid !== '' && { bluestore: parseBluestore(fields, osdUuid) }),
  }
}

function parseBluestore(fields: Fields, osdUuid: string): BluestoreLabel {
  const [fsid, id] = [first(fields, 'ceph_fsid'), first(fields, 'whoami')]
  return {
    osdUuid,
    role: first(fields, 'role'),
    ...(fsid !== '' && { fsid }),
    ...(id !== '' && { id: Number(id) }),
    ready: first(fields, 'ready') === 'ready',
  }
}

function parseDevice(fields: Fields): ObservedDevice {
  const [content, blank] = [first(fields, 'TYPE'), first(fields, 'blank')]
  return {
    device: first(fields, 'device'),
    bytes: Number(first(fields, 'bytes')),
    ...(content !== '' && { content }),
    uses: fields.get('use') ?? [],
    ...(blank !== '' && { blank: blank === 'yes' }),
  }
}

function parseMonitor(lines: readonly string[]): ObservedMonitor {
  const fields = new Map(lines.map(split))
  const fsid = fields.get('made')
  const pools = fields.get('pools')
  return {
    made: fsid !== undefined,
    ...(fsid && { fsid }),
    joined: fields.has('joined'),
    keys: (fields.get('keys') ?? 'none') as ObservedMonitor['keys'],
    ...(pools !== undefined && { pools }),
  }
}

const first = (fields: Fields, key: string) => fields.get(key)?.[0] ?? ''

function split(line: string): [string, string] {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1)]
}

/** `loop101p2` comes before `loop101p10`. */
const compare = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })
