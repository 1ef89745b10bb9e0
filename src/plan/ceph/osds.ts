import type {
  BluestoreLabel,
  ObservedCeph,
  ObservedPartition,
  OsdFacts,
} from '../../model/observed-host.js'

/** The partitions of a host's disks, in the disks' order. */
export const partitionsOf = (seen: Pick<ObservedCeph, 'disks'>) =>
  seen.disks.flatMap((disk) => disk.partitions)

/**
 * OSDs of a cluster that are whole, by what their own partitions tell. An OSD's identity is that of its partition: a
 * copy of it on another partition is none.
 */
export function finishedOsds(seen: ObservedCeph, fsid: string): OsdFacts[] {
  const journals = partitionsOf(seen).filter((it) => it.bluestore?.role === 'bluefs db')
  return partitionsOf(seen)
    .flatMap((partition): OsdFacts[] => {
      const label = partition.bluestore
      if (!label || label.id === undefined || !isFinished(partition, label, fsid)) return []
      const journal = journals.find((it) => it.bluestore?.osdUuid === label.osdUuid)
      return [{ id: label.id, uuid: label.osdUuid, ...(journal && { journal: journal.uuid }) }]
    })
    .sort((a, b) => a.id - b.id)
}

export function isFinished(
  partition: ObservedPartition,
  label: BluestoreLabel,
  fsid: string,
): boolean {
  return label.ready && label.fsid === fsid && label.osdUuid === partition.uuid.toLowerCase()
}
