import type { ObservedDisk } from '../../model/observed-host.js'
import { gib } from '../gib.js'
import type { journalLabel, osdLabel } from './labels.js'

export interface Table {
  /** As the operator named it, and the kernel. */
  readonly name: string
  readonly device: string
  readonly label: typeof osdLabel | typeof journalLabel
  /** Partitions of equal size. */
  readonly parts: number
  readonly bytes: number
  readonly why: string
}

/** A disk that is to be used, with the name to call it by. */
export interface Used {
  readonly name: string
  readonly disk: ObservedDisk
  /** Its table must be written before it has partitions. */
  readonly blank: boolean
}

export function table({ name, disk }: Used, label: Table['label'], parts: number): Table {
  const { device, bytes, serial } = disk
  const state =
    disk.partitions.length > 0 ? 'empty journals' : disk.table ? 'half labelled' : 'blank'
  const why = `${state}, ${gib(bytes)}${serial === undefined ? '' : `, serial ${serial}`}`
  return { name, device, label, parts, bytes, why }
}
