import { z } from 'zod'
import type {
  BluestoreLabel,
  ObservedCeph,
  ObservedDevice,
  ObservedDisk,
  ObservedMonitor,
  ObservedPartition,
} from '../../model/observed-host.js'
import { count, device, fact, partitionUuid, printable, uuid } from './fact.js'
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
  const serials: Record<string, string> = {}
  const devices: Map<string, string[]>[] = []
  for (const line of lines) {
    const [key, value] = split(line)
    if (key === 'missing') {
      missing.push(printable(value))
      continue
    }
    if (key === 'named') {
      const [name = '', found] = value.split(' ')
      named[name] = found === '' ? undefined : fact('disk', device, found)
      continue
    }
    if (key === 'whole') {
      const [device = '', bytes, ...serial] = value.split(' ')
      sizes[device] = Number(bytes)
      serials[device] = printable(serial.join(' '))
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
    serials,
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
    ...(serial !== '' && { serial: printable(serial) }),
    ...(kind !== '' && { table: { kind: printable(kind), id: tableIdOf(fields) } }),
    partitions,
  }
}

function parsePartition(fields: Fields): ObservedPartition {
  const osdUuid = first(fields, 'bluestore')
  return {
    ...parseDevice(fields),
    label: printable(first(fields, 'PART_ENTRY_NAME')),
    uuid: orNothing(partitionUuid, first(fields, 'PART_ENTRY_UUID')) ?? '',
    ...(osdUuid !== '' && { bluestore: parseBluestore(fields, osdUuid) }),
  }
}

function parseBluestore(fields: Fields, osdUuid: string): BluestoreLabel {
  const fsid = orNothing(uuid, first(fields, 'ceph_fsid'))
  const id = orNothing(osdId, first(fields, 'whoami'))
  return {
    osdUuid: orNothing(uuid, osdUuid) ?? unreadable,
    role: printable(first(fields, 'role')),
    ...(fsid !== undefined && { fsid }),
    ...(id !== undefined && { id: Number(id) }),
    ready: first(fields, 'ready') === 'ready',
  }
}

function parseDevice(fields: Fields): ObservedDevice {
  const [content, blank] = [first(fields, 'TYPE'), first(fields, 'blank')]
  return {
    device: fact('disk', device, first(fields, 'device')),
    bytes: fact('size of a disk', count, first(fields, 'bytes')),
    ...(content !== '' && { content: printable(content) }),
    uses: (fields.get('use') ?? []).map(printable),
    ...(blank !== '' && { blank: blank === 'yes' }),
  }
}

function parseMonitor(lines: readonly string[]): ObservedMonitor {
  const fields = new Map(lines.map(split))
  const made = fields.get('made')
  const fsid = made && (orNothing(uuid, made) ?? unreadable)
  const pools = fields.get('pools')
  return {
    made: made !== undefined,
    ...(fsid && { fsid }),
    joined: fields.has('joined'),
    keys: fact('keys of Ceph', keys, fields.get('keys') ?? 'none'),
    ...(pools !== undefined && { pools: printable(pools) }),
  }
}

const keys = z.enum(['none', 'broken', 'complete'])
const osdId = z.string().regex(/^\d{1,9}$/)

/** Of what lies on a disk and is no identity of Ceph's: equal to none. */
const unreadable = 'unreadable'

/** A disk may hold anything: what has not the form of what it stands for is not there. */
function orNothing(schema: z.ZodType<string>, text: string): string | undefined {
  return schema.safeParse(text).data
}

const tableIdOf = (fields: Fields) => orNothing(partitionUuid, first(fields, 'PTUUID')) ?? ''

const first = (fields: Fields, key: string) => fields.get(key)?.[0] ?? ''

function split(line: string): [string, string] {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1)]
}

/** `loop101p2` comes before `loop101p10`. */
const compare = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })
