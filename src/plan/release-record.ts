import type { Container } from '../catalog/container.js'
import type { CloudFiles } from '../model/cloud.js'
import type { HostFacts } from '../model/observed-host.js'
import { stamp } from '../model/stamp.js'
import type { Backup } from './backup.js'
import type { KnownSchemas } from './schemas.js'

/** What a cloud was before an upgrade, without its secrets: what a person sees of a release record. */
export interface ReleaseSummary {
  /** `2025.2-20261123T094000Z` */
  readonly id: string
  readonly release: string
  /** When it was taken, ISO 8601. */
  readonly at: string
  /** The release of the upgrade that it was taken for. */
  readonly to: string
  /** The database as it was then, proven, where the cloud has one. */
  readonly backup?: Backup
  readonly versions: Versions
  /** Image reference → digest. */
  readonly images: Readonly<Record<string, string>>
}

/** Everything that it takes to be that cloud again. Holds secrets. */
export interface ReleaseRecord extends ReleaseSummary {
  readonly files: CloudFiles
  readonly facts: readonly HostFacts[]
  /** Host → its containers, configuration included. */
  readonly containers: Readonly<Record<string, readonly Container[]>>
  /** Archive of `/etc/keystone/fernet-keys`, in base64. */
  readonly fernetKeys?: string
  /** As RabbitMQ exports them: accounts, rights, policies, queues. */
  readonly rabbitmqDefinitions?: unknown
  readonly ceph?: CephMaps
}

/** What it takes to rebuild a Ceph cluster around its OSDs. Maps in base64, as Ceph's own tools read them. */
export interface CephMaps {
  readonly monmap: string
  readonly osdmap: string
  readonly crushmap: string
  /** All accounts with their keys, as `ceph auth import` takes them. */
  readonly auth: string
}

/** What the containers run; empty where the cloud has none of it. */
export interface Versions extends KnownSchemas {
  readonly mariadb: string
  readonly rabbitmq: string
  /** Of the monitors. */
  readonly ceph?: string
  /** Service with a schema → version of its program. */
  readonly programs?: Readonly<Record<string, string>>
  /** What an earlier version of ours has written in their place. */
  readonly keystone?: string
}

/** `2025.2-20261123T094000Z` */
export function recordId(release: string, at: Date): string {
  return `${release}-${stamp(at)}`
}

export function summaryOf(record: ReleaseRecord): ReleaseSummary {
  const { id, release, at, to, backup, versions, images } = record
  return { id, release, at, to, versions, images, ...(backup && { backup }) }
}

export function describeVersions(versions: Versions): string {
  const { keystone = '', mariadb, rabbitmq, ceph = '', programs = { keystone } } = versions
  const all = [
    ...Object.entries(programs).map(([service, version]) => [titled(service), version] as const),
    ...Object.entries({ MariaDB: mariadb, RabbitMQ: rabbitmq, Ceph: ceph }),
  ]
  return all.flatMap(([name, version]) => (version === '' ? [] : [`${name} ${version}`])).join(', ')
}

/** A service's name as that of its program: `Glance`. */
export function titled(service: string): string {
  return service.charAt(0).toUpperCase() + service.slice(1)
}
