/** What rendering must know of a real host. Small: it is kept with the snapshot of a run. */
export interface HostFacts {
  /** Inventory name. */
  readonly name: string
  /** What `hostname` prints. */
  readonly hostname: string
  /** Interface → IPv4 addresses with prefix length: `{ eth0: ['192.168.8.70/24'] }`. */
  readonly interfaces: Readonly<Record<string, readonly string[]>>
  /** Where IPv4 leaves the host for all that it has no other route to; undefined where it does not. */
  readonly defaultRoute?: { readonly interface: string; readonly gateway?: string }
  readonly os: {
    readonly family: 'debian' | 'redhat' | 'other'
    readonly id: string
    readonly version: string
  }
  readonly cpus: number
  readonly memoryBytes: number
  /** What moves Open vSwitch's packets there: the kernel, or, where it has no module for that, vswitchd itself. */
  readonly ovsDatapath?: 'system' | 'netdev'
  /** Finished OSDs on the host's disks; only looked for where the host is to have some. */
  readonly osds?: readonly OsdFacts[]
}

/** An OSD as its partition tells: it is the same on another host or under another device name. */
export interface OsdFacts {
  /** Ceph's number: `0` is `osd.0`. */
  readonly id: number
  /** Of the partition, and Ceph's own for the OSD. */
  readonly uuid: string
  /** Partition UUID of its journal, where it has one of its own. */
  readonly journal?: string
}

/** A host as one SSH round trip finds it. */
export interface ObservedHost {
  readonly facts: HostFacts
  /** Every container that carries our label `kolla_temporal.cloud`, or whose name the catalogue uses. */
  readonly containers: readonly ObservedContainer[]
  /** Local images by reference: `192.168.8.73:5000/kolla/cron:2026.1-debian-trixie` → repository digests `sha256:…`. */
  readonly images: Readonly<Record<string, readonly string[]>>
  readonly volumes: readonly string[]
  readonly listeners: readonly Listener[]
  /** Container name → digest of `/etc/kolla/<name>/` (see `configurationDigest`), keyed. */
  readonly configuration: Readonly<Record<string, string>>
  /** `service/kind` → digest of what that one-shot was run with on this host. */
  readonly oneShots: Readonly<Record<string, string>>
  /** Undefined where no Docker engine answers. */
  readonly docker?: { readonly version: string; readonly root: string; readonly freeBytes: number }
  /** What virtual machines could run on; undefined for what was seen by an older version. */
  readonly hypervisor?: ObservedHypervisor
  /** Volume → driver and options, of those that Docker mounts only while a container uses them. */
  readonly mounted?: Readonly<Record<string, string>>
  /** Only where its volume holds a database. */
  readonly galera?: ObservedGalera
  readonly database?: ObservedDatabase
  /** Only where it was asked for. */
  readonly ceph?: ObservedCeph
  /**
   * What was taken out of service and not given back: members of HAProxy's (`mariadb_back/kolla2`), notes of ours
   * (src/plan/drained.ts).
   */
  readonly drained?: readonly string[]
}

export interface ObservedHypervisor {
  /** Whether KVM can be used: its device opens, and the processor does the work. */
  readonly kvm: boolean
  /** Whether a libvirt listens, in a container or not. */
  readonly libvirt: boolean
  /** How many machines run by a libvirt; undefined for what was seen by an older version. */
  readonly machines?: number
  /** How libvirt calls the host, where the kernel's name has no domain and the resolver knows it. */
  readonly name?: string
}

/** What a member of the Galera cluster has kept. */
export interface ObservedGalera {
  /**
   * Whether it knows who was in the cluster with it (`gvwstate.dat`), as while it serves and after a crash. One that was
   * ended in order has forgotten it.
   */
  readonly view: boolean
}

/** What a host's volumes keep of a database, and of what it was before. */
export interface ObservedDatabase {
  /**
   * none: no volume or an empty one · unfinished: our own installation was interrupted · moving: a replacement of the
   * data was, and they are in several places · complete: a database.
   */
  readonly data: 'none' | 'unfinished' | 'moving' | 'complete'
  /** Whether a view is known, as in `ObservedGalera`. */
  readonly view: boolean
  /** UUID of the history that the data belong to, as Galera names it; empty where it tells none. */
  readonly cluster: string
  /** The backup that was put in place here, by whose restore the history began; empty where none was. */
  readonly restored: string
  /** Occasions, by name, for which data were set aside that are still there. */
  readonly setAside: readonly string[]
  /** Ids of backups. */
  readonly backups: readonly string[]
  /** The backup that is ready to be put in place; empty where none is. */
  readonly prepared: string
}

/** What a host's disks and volumes show of Ceph. */
export interface ObservedCeph {
  /** Programs that labelling wants and that the host lacks; none where it has them all. */
  readonly missing?: readonly string[]
  /** Whole disks that the operator named, and those that carry a partition with a label of Ceph's. */
  readonly disks: readonly ObservedDisk[]
  /** Device as the operator named it → kernel's name (`/dev/loop101`); undefined where there is none. */
  readonly named: Readonly<Record<string, string | undefined>>
  /** Every whole disk of the host → bytes. */
  readonly sizes?: Readonly<Record<string, number>>
  /** The same disks → what they tell of their serial; empty where that is nothing. */
  readonly serials?: Readonly<Record<string, string>>
  readonly monitor?: ObservedMonitor
}

/** Folder of ours below `/etc/kolla`: which one-shots a host ran for the services, and with what. */
export const oneShotNotes = '.kolla-temporal-one-shots'

/** File of ours in a monitor's folder: the fsid of its cluster. */
export const fsidFile = 'kolla_temporal.fsid'

/** File of ours beside the cluster's keys: what `poolsDigest` said when pools and accounts were last made. */
export const poolsFile = 'kolla_temporal.pools'

/** The volumes of a monitor. */
export interface ObservedMonitor {
  /** Whether there is a folder of its data … */
  readonly made: boolean
  /** … and the cluster that it was made for, if by us. */
  readonly fsid?: string
  /** Whether it was ever in a quorum: Ceph itself leaves a mark in its folder then. */
  readonly joined: boolean
  /** Keys of the cluster in the volume `ceph_mon_config`. */
  readonly keys: 'none' | 'broken' | 'complete'
  /** Content of `poolsFile`, where that is. */
  readonly pools?: string
}

export interface ObservedDevice {
  /** Kernel's name: `/dev/sdb`, `/dev/sdb1`. */
  readonly device: string
  readonly bytes: number
  /** Signatures on it, but not its partition table: `ext4`, `LVM2_member`, `ceph_bluestore`. */
  readonly content?: string
  /** Why it can't be had: `mounted on /srv`, `in use by dm-0`, `read-only`. */
  readonly uses: readonly string[]
  /** Nothing but zeros, as far as was looked; undefined where nobody had to look. */
  readonly blank?: boolean
}

export interface ObservedDisk extends ObservedDevice {
  readonly serial?: string
  /** Partition table: `gpt`, `dos`, with its own identity. */
  readonly table?: { readonly kind: string; readonly id: string }
  readonly partitions: readonly ObservedPartition[]
}

export interface ObservedPartition extends ObservedDevice {
  /** GPT name. */
  readonly label: string
  readonly uuid: string
  /** BlueStore's own label. */
  readonly bluestore?: BluestoreLabel
}

export interface BluestoreLabel {
  /** Identity of the OSD that it belongs to, on a journal too. */
  readonly osdUuid: string
  /** `main`, or `bluefs db` on a journal. */
  readonly role: string
  /** Cluster, number and readiness of the OSD; only on its main device. */
  readonly fsid?: string
  readonly id?: number
  readonly ready: boolean
}

export interface ObservedContainer {
  readonly name: string
  readonly id: string
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  /**
   * Image reference that it was created from, or the image's id where another image has that reference now; and the
   * repository digests of the image that it runs.
   */
  readonly image: string
  readonly imageDigests: readonly string[]
  /** Only ours, `kolla_temporal.…`. */
  readonly labels: Readonly<Record<string, string>>
}

/** A listening TCP socket, with the process where the host tells it. */
export interface Listener {
  readonly address: string
  readonly port: number
  readonly process?: string
  readonly pid?: number
  /** Name of the container that the process lives in, if it is one. */
  readonly container?: string
}
