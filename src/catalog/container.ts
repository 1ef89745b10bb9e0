/**
 * A container as Kolla's image contract wants it, for one host. Implied, because the same for all: host networking,
 * `KOLLA_CONFIG_STRATEGY=COPY_ALWAYS`, and its folder below `/etc/kolla` mounted read-only at `/var/lib/kolla/config_files/`.
 */
export interface Container extends Limits {
  /** kolla-ansible's container name, such as `mariadb`, `keystone_fernet`. */
  readonly name: string
  /** Its folder below `/etc/kolla`, if it is not called as the container: `glance-api`. */
  readonly folder?: string
  /** The catalogue's service that it belongs to. */
  readonly service: string
  /** Kolla's image name without registry, namespace and tag: `mariadb-server`. */
  readonly image: string
  /** Installed in its folder. */
  readonly files: readonly ConfigFile[]
  /** Kolla's environment contract; never a secret. */
  readonly environment: Readonly<Record<string, string>>
  /** `source:target[:options]`, source a volume name or an absolute path; options such as `ro`, `shared` (propagation). */
  readonly volumes: readonly string[]
  readonly privileged?: boolean
  readonly capabilities?: readonly string[]
  readonly tmpfs?: readonly string[]
  readonly pidMode?: 'host'
  readonly ipcMode?: 'host'
  /** Docker's default is `private` under cgroup v2. */
  readonly cgroupnsMode?: 'host' | 'private'
  /**
   * Everything that the accounts in its data take: who changes it wants them mended. Secret; only its keyed digest
   * becomes a label.
   */
  readonly accounts?: string
  /** Key in passwords.yml of what its members know each other by: all that run must have the same. */
  readonly peerPassword?: string
  /**
   * What proves, run in a container that was started beside the one that it is to replace, that it can take over. Only
   * for one that shares its port with its successor.
   */
  readonly standby?: readonly string[]
  /** Seconds between SIGTERM and SIGKILL when it is stopped. */
  readonly stopTimeout?: number
  readonly healthcheck?: Healthcheck
  /** `unless-stopped` where none is said. */
  readonly restartPolicy?: RestartPolicy
}

/** Name of a container's folder below `/etc/kolla`. */
export function folderOf({ name, folder = name }: Pick<Container, 'name' | 'folder'>): string {
  return folder
}

export interface RestartPolicy {
  readonly name: 'no' | 'on-failure' | 'always' | 'unless-stopped'
  /** For `on-failure`: how often at most. */
  readonly retries?: number
}

/** What `docker ps` tells people of a container's health. Nothing of ours acts on it, and Docker restarts nothing. */
export interface Healthcheck {
  /** Shell text, run in the container; a status other than 0 is a failure. */
  readonly test: string
  /** In seconds, as the next two. */
  readonly interval: number
  readonly timeout: number
  /** How long failures do not count after a start. */
  readonly startPeriod: number
  /** Failures in a row that make it unhealthy. */
  readonly retries: number
}

/** What a container may use of its host; memory in Docker's notation (`512m`) or in bytes. */
export interface Limits {
  readonly ulimits?: Readonly<Record<string, Limit>>
  readonly memoryLimit?: string | number
  readonly memoryReservation?: string | number
  /** Memory and swap together; -1 for all swap that there is. */
  readonly memorySwap?: string | number
  /** Microseconds. */
  readonly cpuPeriod?: number
  /** Microseconds of each period. */
  readonly cpuQuota?: number
  readonly cpuShares?: number
  /** `0-3,8` */
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  /** From 10 to 1000. */
  readonly blkioWeight?: number
}

/** -1 is no limit. */
export interface Limit {
  readonly soft: number
  readonly hard: number
}

export interface ConfigFile {
  /** Relative to the container's folder: `config.json`, `fernet-keys/0`. */
  readonly path: string
  readonly content: string
  /** Octal, such as 0o600. Owner on the host is root: Kolla's own copy inside sets the service's user. */
  readonly mode: number
}
