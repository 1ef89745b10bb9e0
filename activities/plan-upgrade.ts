import { checkFoundOverrides } from '../src/catalog/check-overrides.js'
import { imageRef } from '../src/catalog/image.js'
import { serviceNamed } from '../src/catalog/index.js'
import { hasErrors } from '../src/model/finding.js'
import type { Finding } from '../src/model/finding.js'
import type { ObservedHost } from '../src/model/observed-host.js'
import { readCloud } from '../src/model/read-cloud.js'
import { withRelease } from '../src/model/with-release.js'
import { cephLeft, cephTag, isCephPinned, isOfCeph } from '../src/plan/ceph/pinned.js'
import { checkCarriers } from '../src/plan/check-carriers.js'
import { checkPeers } from '../src/plan/check-peers.js'
import { isUnfinished, runningReleases, upgradeStart } from '../src/plan/check-upgrade.js'
import { isContainer } from '../src/plan/change.js'
import type { Change } from '../src/plan/change.js'
import { label } from '../src/plan/desired.js'
import type { DesiredHost } from '../src/plan/desired.js'
import { planDigest } from '../src/plan/digest.js'
import { joinedSince } from '../src/plan/joined-since.js'
import { isPassing } from '../src/plan/passing.js'
import { planChanges } from '../src/plan/plan-changes.js'
import type { ReleaseSummary } from '../src/plan/release-record.js'
import type { StepTimes } from '../src/plan/step-times.js'
import { checkRoom } from '../src/plan/room.js'
import { pointsOfNoReturn, upgradeSteps, withoutStep } from '../src/plan/upgrade-plan.js'
import type { UpgradeStep } from '../src/plan/upgrade-plan.js'
import type { CloudContext, CloudContexts, CloudRef, Observation } from './cloud-context.js'
import { badInput } from './failures.js'
import { recordedImages } from './find-images.js'
import type { Pull } from './find-images.js'
import type { DatabaseState } from './mariadb-backup.js'
import {
  desiredHosts,
  givenBack,
  isAllowed,
  membersByService,
  packPlan,
  planCloud,
  servicesIn,
} from './plan.js'
import type { PackedPlan, PlannedCloud } from './plan.js'

/** What an upgrade will do. */
export interface PlannedUpgrade extends PlannedCloud {
  readonly from: string
  readonly to: string
  /** The cloud as it runs: what the release record will hold. */
  readonly current: CloudRef
  /** Of the upgrade that this one finishes. */
  readonly record?: ReleaseSummary
  /** An earlier run has done a part of it: what that one replaced is not among the changes. */
  readonly isResumed?: true
  readonly steps: readonly UpgradeStep[]
  /** What leaves Keystone's catalogue: `cinderv3 (volumev3)`; not in plans of before. */
  readonly unregistered?: readonly string[]
  readonly noReturn: readonly string[]
  /** How long its parts took the last time. */
  readonly times: StepTimes
  /** And those of a rollback. */
  readonly timesBack: StepTimes
  /** Names this plan and no other. */
  readonly digest: string
}

/** What a rollback will do. */
export interface PlannedRollback extends PlannedCloud {
  readonly record: ReleaseSummary
  readonly steps: readonly UpgradeStep[]
  /** How long its parts took the last time. */
  readonly times: StepTimes
  /** Tag of the images that Ceph runs, where it stays with them. */
  readonly cephTag?: string
  /** Names this plan and no other. */
  readonly digest: string
}

/** A backup, its proof and the data themselves, each about as large as the data. */
const BACKUP_ROOM = 2

/** Plans to go from one release to another. */
export function upgradePlanActivities(contexts: CloudContexts) {
  return {
    /** Compares the cloud of another release with what the hosts show. Touches no host. */
    async planUpgrade(
      opened: CloudRef,
      seen: readonly Observation[],
      to: string,
      database: DatabaseState,
    ): Promise<PackedPlan<PlannedUpgrade>> {
      const observed = await contexts.observed(opened.cloud, seen)
      const records = await contexts.records(opened.cloud).list()
      const { cloud: files } = await contexts.get(opened)
      const running = runningReleases(opened.cloud, observed, isCephPinned(files.globals))
      const left = cephLeft(opened.cloud, observed, running)
      const start = left ?? upgradeStart(running, to, records)
      if ('severity' in start) throw badInput([start])
      const broken = checkFoundOverrides(
        files,
        observed.map((host) => host.facts),
      )
      if (broken.length > 0) throw badInput(broken)
      const { from, record } = start
      const current = await asItRuns(contexts, opened, from, observed)
      const target = await planCloud(contexts, await ofRelease(contexts, opened, to), observed, {
        release: 'changes',
      })
      const drift = record ? [] : await driftOf(contexts, current, observed)
      const backsUp = target.changes.length > 0 && !record
      const room = backsUp ? backupRoom(database, observed, target.pulls) : []
      const cloud = await contexts.get(target.ref)
      const holder = holderOf(cloud, observed)
      const steps = upgradeSteps(target.changes, target.members, holder)
      const times = await contexts.times(opened.cloud).of('upgrade')
      const isResumed = record !== undefined || (from === to && isUnfinished(to, records, times))
      return packPlan({
        ...target,
        findings: [
          ...target.findings,
          ...drift,
          ...newDisks(target.changes, from),
          ...room,
          ...leftBehind(target.changes, to),
        ],
        from,
        to,
        current,
        ...(record && { record }),
        ...(isResumed && { isResumed }),
        steps,
        unregistered: from === to ? [] : unregisteredBy(cloud, target.members),
        noReturn: pointsOfNoReturn(steps, withSchema(target)),
        times,
        timesBack: await contexts.times(opened.cloud).of('rollback'),
        digest: planDigest([from, to, target.changes, cloud.found.images]),
      })
    },

    /** Compares a record with what the hosts show. Touches no host. */
    async planRollback(
      ref: CloudRef,
      seen: readonly Observation[],
      record: ReleaseSummary,
      cephStays: boolean,
    ): Promise<PackedPlan<PlannedRollback>> {
      const everybody = await contexts.observed(ref.cloud, seen)
      const cloud = await contexts.get(ref)
      const isOfRecord = ({ facts }: ObservedHost) =>
        cloud.cloud.hosts.some(({ name }) => name === facts.name)
      const observed = everybody.filter(isOfRecord)
      const later = everybody.filter((host) => !isOfRecord(host))
      const all = desiredHosts(cloud)
      const cephChanges = planChanges(ref.cloud, all, observed).filter(isOfCeph)
      const desired = cephStays ? all.map(withoutCeph) : all
      // A monitor or an OSD that the record does not know is none to be removed.
      const ofContainers = planChanges(ref.cloud, desired, observed).filter(
        (change) => !isOfCeph(change) || (!cephStays && change.action !== 'remove'),
      )
      const changes = [...givenBack(cloud, observed), ...ofContainers]
      const stays = cephStays && cephChanges.length > 0
      const wanted = new Map(
        desired.map((host) => [host.name, host.containers.map((it) => it.image)]),
      )
      const images = await recordedImages(cloud, record, observed, wanted)
      const { pulls } = images
      const members = membersByService(cloud)
      const steps = upgradeSteps(changes, members, holderOf(cloud, observed)).reverse()
      const findings = [
        ...joinedSince(record, ref.cloud, later),
        ...images.findings,
        ...leftBehind(changes, record.release),
        ...checkPeers(desired, observed),
        ...checkCarriers(changes, observed),
      ]
      const times = await contexts.times(ref.cloud).of('rollback')
      const digest = planDigest([record.id, record.backup?.id, changes, cloud.found.images])
      const plan = { ref, changes, findings, pulls, members, record, steps, times, digest }
      return packPlan({
        ...plan,
        ...servicesIn(cloud),
        ...(stays && { cephTag: cephTag(observed) ?? record.to }),
      })
    },
  }
}

function unregisteredBy({ cloud }: CloudContext, members: PlannedCloud['members']): string[] {
  return Object.keys(members).flatMap((service) =>
    (serviceNamed(service).identity?.(cloud)?.former ?? []).map(
      ({ name, type }) => `${name} (${type})`,
    ),
  )
}

function withSchema({ oneShots }: PlannedCloud): string[] {
  return Object.entries(oneShots).flatMap(([service, { kinds }]) =>
    kinds.includes('schema') ? [service] : [],
  )
}

/** The operator's files for another release, checked. */
async function ofRelease(
  contexts: CloudContexts,
  opened: CloudRef,
  release: string,
): Promise<CloudRef> {
  const snapshots = contexts.snapshots(opened.cloud)
  const files = withRelease(await snapshots.files(opened.files), release)
  const { findings } = readCloud(files)
  if (hasErrors(findings)) throw badInput(findings)
  return { ...opened, files: await snapshots.keepFiles(files) }
}

/** The operator's files at the release that runs, with the images that run. */
async function asItRuns(
  contexts: CloudContexts,
  opened: CloudRef,
  release: string,
  observed: readonly ObservedHost[],
): Promise<CloudRef> {
  const ref = await ofRelease(contexts, opened, release)
  const hosts = observed.map((host) => host.facts)
  const cloud = (await contexts.get(ref)).with({ hosts, images: {} })
  const pinned = isCephPinned(cloud.cloud.globals)
  const images = Object.fromEntries(
    observed.flatMap((host) =>
      cloud.containers(host.facts.name).flatMap((container) => {
        const found = host.containers.find(({ name }) => name === container.name)
        const digest = found?.labels[label.image]
        const image = imageRef(cloud.host(host.facts.name).globals, container)
        const own = pinned && isOfCeph(container)
        return digest !== undefined && (own || found?.labels[label.release] === release)
          ? [[image, digest] as const]
          : []
      }),
    ),
  )
  return { ...ref, found: await contexts.snapshots(ref.cloud).keepFound({ hosts, images }) }
}

/** An upgrade changes the release and nothing else, so that its record is what ran. */
async function driftOf(
  contexts: CloudContexts,
  current: CloudRef,
  observed: readonly ObservedHost[],
): Promise<Finding[]> {
  const cloud = await contexts.get(current)
  const { openstack_release: release } = cloud.cloud.globals
  const lasting = observed.map((host) => ({
    ...host,
    containers: host.containers.filter((container) => !isPassing(container)),
  }))
  const drift = planChanges(current.cloud, desiredHosts(cloud), lasting).filter(isAllowed)
  return drift.map((change) => ({
    severity: 'error',
    host: change.host,
    message: `${change.container} is not as the files describe it for ${release} (${change.reasons.join(', ')}): deploy with openstack_release ${release} first, then upgrade`,
  }))
}

/** A disk becomes an OSD in a deploy, not on the way. */
function newDisks(changes: readonly Change[], release: string): Finding[] {
  return changes
    .filter((change) => isOfCeph(change) && !isContainer(change) && change.action !== 'remove')
    .map(({ host, container }) => ({
      severity: 'error',
      host,
      message: `${container} is to become an OSD: deploy with openstack_release ${release} first, then upgrade`,
    }))
}

function withoutCeph({ name, containers }: DesiredHost): DesiredHost {
  return { name, containers: containers.filter((container) => !isOfCeph(container)) }
}

/** Nothing is touched where not everything can come along. */
function leftBehind(changes: readonly Change[], release: string): Finding[] {
  return withoutStep(changes).map((service) => ({
    severity: 'error',
    message: `${service} can't be taken to ${release}: this version upgrades clouds without it`,
  }))
}

/** Where the images alone have no room, a deploy's own check has said so. */
function backupRoom(
  { members }: DatabaseState,
  observed: readonly ObservedHost[],
  pulls: readonly Pull[],
): Finding[] {
  const first = members.find((member) => member.running)
  const docker = observed.find(({ facts }) => facts.name === first?.host)?.docker
  if (!first || !docker) return []
  const { host } = first
  const images = pulls.find((pull) => pull.host === host)?.bytes ?? 0
  if (images > docker.freeBytes) return []
  const backup = BACKUP_ROOM * first.dataBytes
  return checkRoom(
    host,
    [
      { what: 'the images', bytes: images },
      { what: 'the backup of the database and its proof', bytes: backup },
    ],
    docker,
  ).map((finding) => ({ ...finding, message: `${finding.message}; ${wayOut}` }))
}

const wayOut =
  '`kolla-temporal mariadb-backup` removes what a backup or a proof that was ended by force has left'

function holderOf(cloud: CloudContext, observed: readonly ObservedHost[]): string | undefined {
  const { kolla_internal_vip_address: address } = cloud.cloud.globals
  return observed.find((host) =>
    Object.values(host.facts.interfaces)
      .flat()
      .some((it) => it.replace(/\/\d+$/, '') === address),
  )?.facts.name
}
