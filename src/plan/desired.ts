/** What a host must run. */
export interface DesiredHost {
  readonly name: string
  readonly containers: readonly DesiredContainer[]
}

export interface DesiredContainer {
  readonly name: string
  /** Below `/etc/kolla`. */
  readonly folder: string
  readonly service: string
  /** OpenStack release, such as `2026.1`. */
  readonly release: string
  readonly image: {
    readonly ref: string
    /** Repository digest, `sha256:…`. */
    readonly digest: string
  }
  /** Keyed digest of its files (see `configurationDigest`). */
  readonly configuration: string
  /** Digest of environment, volumes and the like (see `definitionDigest`). */
  readonly definition: string
  /** What of its host does not work while it is replaced, where people would ask. */
  readonly interruption?: string
  /** Keyed digest of what the accounts in its data take, if it keeps any. */
  readonly accounts?: string
  /** Name and keyed digest of the password that its members know each other by, if there is one. */
  readonly peerPassword?: { readonly name: string; readonly digest: string }
}

/** Labels of every container that we create; they say what it was made from. */
export const label = {
  cloud: 'kolla_temporal.cloud',
  service: 'kolla_temporal.service',
  release: 'kolla_temporal.release',
  image: 'kolla_temporal.image',
  configuration: 'kolla_temporal.configuration',
  definition: 'kolla_temporal.definition',
  /** Of containers that older versions of ours made (see `formerLabels`). */
  bootstrap: 'kolla_temporal.bootstrap',
  accounts: 'kolla_temporal.accounts',
  peerPassword: 'kolla_temporal.peer_password',
  /** Of a one-shot container: keyed digest of all that it works with. */
  oneShot: 'kolla_temporal.one_shot',
  /** Of a one-shot container: run id of the lock under which it was started … */
  lock: 'kolla_temporal.lock',
  /** … and whether it may be ended at any time, for nothing but what it began itself is lost. */
  scratch: 'kolla_temporal.scratch',
} as const

export function labelsOf(cloud: string, container: DesiredContainer): Record<string, string> {
  return {
    [label.cloud]: cloud,
    [label.service]: container.service,
    [label.release]: container.release,
    [label.image]: container.image.digest,
    [label.configuration]: container.configuration,
    [label.definition]: container.definition,
    ...(container.accounts !== undefined && { [label.accounts]: container.accounts }),
    ...(container.peerPassword && { [label.peerPassword]: container.peerPassword.digest }),
  }
}
