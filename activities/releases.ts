import { managementUrl } from '../src/catalog/rabbitmq.js'
import { takeFernetKeys } from '../src/host/fernet-keys.js'
import { removeImages } from '../src/host/images.js'
import { exportDefinitions } from '../src/host/rabbitmq-cluster.js'
import type { Finding } from '../src/model/finding.js'
import { password } from '../src/model/passwords.js'
import type { Backup } from '../src/plan/backup.js'
import { describeVersions, summaryOf } from '../src/plan/release-record.js'
import type { ReleaseRecord, ReleaseSummary, Versions } from '../src/plan/release-record.js'
import { besides } from '../src/state/cloud-files.js'
import { exportCeph } from './ceph/upgrade.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { badInput } from './failures.js'

/** What a rollback works from. */
export interface OpenedRecord {
  readonly ref: CloudRef
  readonly record: ReleaseSummary
  /** The record's hosts that are not in the inventory any more: they are left out. */
  readonly gone: readonly string[]
}

/** Records of what a cloud was, and what they keep. */
export function releaseActivities(contexts: CloudContexts) {
  return {
    /** Keeps all that it takes to be this cloud again, and proves that it can be read. */
    async recordRelease(
      current: CloudRef,
      note: {
        readonly id: string
        readonly to: string
        readonly backup?: Backup
        readonly versions: Versions
      },
    ): Promise<ReleaseSummary> {
      const cloud = await contexts.get(current)
      const { hosts, images } = cloud.found
      const [keystone] = cloud.members('keystone')
      const [rabbit] = cloud.members('rabbitmq')
      const [monitor] = cloud.members('ceph-mon')
      const [fernetKeys, rabbitmqDefinitions, ceph] = await Promise.all([
        keystone === undefined ? undefined : takeFernetKeys(cloud.remote(keystone)),
        rabbit && exportDefinitions(cloud.remote(rabbit), accountOf(cloud, rabbit)),
        monitor === undefined ? undefined : exportCeph(cloud, monitor),
      ])
      const record: ReleaseRecord = {
        ...note,
        release: cloud.cloud.globals.openstack_release,
        at: new Date().toISOString(),
        files: await contexts.snapshots(current.cloud).files(current.files),
        facts: hosts,
        containers: Object.fromEntries(hosts.map(({ name }) => [name, cloud.containers(name)])),
        images,
        ...(fernetKeys !== undefined && { fernetKeys }),
        ...(rabbit !== undefined && { rabbitmqDefinitions }),
        ...(ceph && { ceph }),
      }
      const records = contexts.records(current.cloud)
      await records.save(record)
      const kept = await records.read(note.id)
      if (JSON.stringify(kept) !== JSON.stringify(record)) {
        throw new Error(`the release record ${note.id} can't be read back`)
      }
      return summaryOf(record)
    },

    /** Latest first. */
    async listReleases(ref: CloudRef): Promise<ReleaseSummary[]> {
      return contexts.records(ref.cloud).list()
    },

    /** The cloud of a record, as an operation can work from it; by default of the last one. */
    async openRecord(ref: CloudRef, id?: string): Promise<OpenedRecord> {
      const records = contexts.records(ref.cloud)
      const all = await records.list()
      const record = await records.read(id ?? all[0]?.id ?? '')
      if (!record) throw badInput([noRecord(id, all)])
      const { images, containers } = record
      const { cloud: today } = await contexts.get(ref)
      const isHere = (name: string) => today.hosts.some((host) => host.name === name)
      const hosts = record.facts.filter(({ name }) => isHere(name))
      const gone = record.facts.flatMap(({ name }) => (isHere(name) ? [] : [name]))
      const snapshots = contexts.snapshots(ref.cloud)
      const files = await snapshots.keepFiles(
        besides(record.files, await snapshots.files(ref.files)),
      )
      const found = await snapshots.keepFound({ hosts, images, containers })
      return { ref: { ...ref, files, found }, record: summaryOf(record), gone }
    },

    /** Removes images by their digests; one that a container uses stays. */
    async removeImages(ref: CloudRef, host: string, digests: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      await removeImages(cloud.remote(host), digests)
    },

    async removeRecord(ref: CloudRef, id: string): Promise<void> {
      await contexts.records(ref.cloud).remove(id)
    },
  }
}

function accountOf(cloud: CloudContext, host: string) {
  const context = cloud.context(host)
  return {
    url: managementUrl(context.host),
    user: context.host.globals.rabbitmq_user,
    password: password(cloud.cloud.passwords, 'rabbitmq_password'),
  }
}

function noRecord(id: string | undefined, all: readonly ReleaseSummary[]): Finding {
  const known = all
    .map((record) => `${record.id} (${describeVersions(record.versions)})`)
    .join(', ')
  const message =
    known === ''
      ? 'there is no release record to go back to: an upgrade leaves one'
      : `there is no release record ${id ?? ''}: there are ${known}`
  return { severity: 'error', message }
}
