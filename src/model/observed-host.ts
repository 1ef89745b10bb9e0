/** What rendering must know of a real host. Small: it is kept with the snapshot of a run. */
export interface HostFacts {
  /** Inventory name. */
  readonly name: string
  /** What `hostname` prints. */
  readonly hostname: string
  /** Interface → IPv4 addresses with prefix length: `{ eth0: ['192.168.8.70/24'] }`. */
  readonly interfaces: Readonly<Record<string, readonly string[]>>
  readonly os: {
    readonly family: 'debian' | 'redhat' | 'other'
    readonly id: string
    readonly version: string
  }
  readonly cpus: number
  readonly memoryBytes: number
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
  /** Undefined where no Docker engine answers. */
  readonly docker?: { readonly version: string; readonly root: string; readonly freeBytes: number }
}

export interface ObservedContainer {
  readonly name: string
  readonly id: string
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  readonly startedAt: string
  /** Image reference that it was created from, and the repository digests of the image that it runs. */
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
