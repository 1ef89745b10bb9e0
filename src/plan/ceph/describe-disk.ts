import type { ObservedDevice, ObservedDisk } from '../../model/observed-host.js'

/** What is on a device, in a few words: `ext4, mounted on /srv`. */
export function describeDevice({ content, uses, blank }: ObservedDevice): string {
  const found = [...(content === undefined ? [] : [content]), ...uses]
  if (found.length > 0) return found.join(', ')
  return blank === false ? 'data that is not recognised' : 'nothing'
}

/** As `describeDevice`, with the partition table and what is in it. */
export function describeDisk(disk: ObservedDisk): string {
  const { table, partitions } = disk
  const own = describeDevice(disk)
  if (!table && partitions.length === 0) return own
  const inside = partitions.map((it) => {
    const label = it.label === '' ? '' : ` '${it.label}'`
    return `${it.device}${label}: ${describeDevice(it)}`
  })
  const kind = table ? [`a partition table (${table.kind})`] : []
  return [...(own === 'nothing' || disk.blank === false ? [] : [own]), ...kind, ...inside].join(
    '; ',
  )
}
