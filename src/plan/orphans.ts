import type { PluggedPort } from './plugged-ports.js'

/** A machine that libvirt has on a host, by the id that Nova gave it. */
export interface HostedMachine {
  readonly host: string
  readonly id: string
}

/** What hosts and Ceph have; names in pools are those of RBD's images. */
export interface Present {
  readonly machines: readonly HostedMachine[]
  readonly ports: readonly PluggedPort[]
  readonly pools: Readonly<Record<'disks' | 'volumes' | 'images', readonly string[]>>
}

/** Ids that the APIs know; undefined where one was not asked, or did not answer. */
export type Known = Readonly<
  Partial<Record<'machines' | 'ports' | 'volumes' | 'images', ReadonlySet<string>>>
>

/** What is there and no API knows. */
export interface Orphans {
  readonly machines: readonly HostedMachine[]
  readonly ports: readonly PluggedPort[]
  /** By name in their pools: `…_disk`, `volume-…`; an image's is its id. */
  readonly disks: readonly string[]
  readonly volumes: readonly string[]
  readonly images: readonly string[]
}

/**
 * What a restored database does not know any more. Look at hosts and Ceph before the APIs are asked: each of these has its
 * row before it is made, and is taken away before its row is.
 */
export function orphansAmong({ machines, ports, pools }: Present, known: Known): Orphans {
  return {
    machines: machines.filter(({ id }) => isUnknown(id, known.machines)),
    ports: ports.filter(({ port }) => isUnknown(port, known.ports)),
    disks: pools.disks.filter((name) => isUnknown(machineOfDisk(name), known.machines)),
    volumes: pools.volumes.filter((name) => isUnknown(volumeIn(name), known.volumes)),
    images: pools.images.filter((name) => isUnknown(name, known.images)),
  }
}

/** Nova's disks are called `<machine>_disk`, `<machine>_disk.config`, `<machine>_disk.swap`. */
export function machineOfDisk(name: string): string | undefined {
  return /^(\S{36})_disk[\w.]*$/.exec(name)?.[1]
}

/** Cinder keeps as `volume-….deleted` what others are still cloned from: that is none. */
function volumeIn(name: string): string | undefined {
  return /^volume-(\S{36})$/.exec(name)?.[1]
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What has no id of OpenStack's was made by others. */
function isUnknown(id: string | undefined, known: ReadonlySet<string> | undefined): boolean {
  return id !== undefined && uuid.test(id) && known !== undefined && !known.has(id)
}
