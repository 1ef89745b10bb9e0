import { checkFoundOverrides } from '../src/catalog/check-overrides.js'
import { backendName, frontendsOf } from '../src/catalog/haproxy-frontend.js'
import { hostViews } from '../src/catalog/host-view.js'
import { serviceNamed, services } from '../src/catalog/index.js'
import type { OneShotKind } from '../src/catalog/one-shots.js'
import { checkVlans } from '../src/catalog/neutron/check-vlans.js'
import { carriersOf, cephClientsOf, membersOf, servicesOn } from '../src/catalog/render.js'
import { checkBuilt } from '../src/images/compare-digests.js'
import type { ObservedHost } from '../src/model/observed-host.js'
import { hasErrors } from '../src/model/finding.js'
import type { Finding } from '../src/model/finding.js'
import type { Change } from '../src/plan/change.js'
import { checkCarriers } from '../src/plan/check-carriers.js'
import { checkData } from '../src/plan/check-data.js'
import { planCeph, withMonitors } from '../src/plan/ceph/plan-ceph.js'
import type { MonitorPlan } from '../src/plan/ceph/monitors.js'
import { checkHosts, isAddressed } from '../src/plan/check-hosts.js'
import { checkPeers } from '../src/plan/check-peers.js'
import { checkRelease } from '../src/plan/check-release.js'
import { checkVolumes } from '../src/plan/check-volumes.js'
import type { DesiredHost } from '../src/plan/desired.js'
import { giveBacks } from '../src/plan/drained.js'
import { withGalera } from '../src/plan/galera.js'
import { checkNova } from '../src/plan/check-nova.js'
import { checkOnly } from '../src/plan/check-only.js'
import { oneShotChanges } from '../src/plan/one-shots.js'
import { planChanges } from '../src/plan/plan-changes.js'
import { pack } from '../src/plan/same-on-hosts.js'
import type { Packed } from '../src/plan/same-on-hosts.js'
import type { CloudContext, CloudContexts, CloudRef, Observation } from './cloud-context.js'
import { askRegistry, findImages, foundationOf, missingImages, pullBytes } from './find-images.js'
import type { Pull } from './find-images.js'
import { oneShotsOfAll, wantedOneShots } from './one-shots.js'
import { wantedNetworking } from './openvswitch.js'

/** What is to be done, and on whom. */
export interface PlannedCloud {
  /** Names also what was found: rendering needs it. */
  readonly ref: CloudRef
  readonly changes: readonly Change[]
  readonly findings: readonly Finding[]
  /** Service → the one-shots that it has, and the host that runs them; `changes` tell which are due. */
  readonly oneShots: Readonly<Record<string, PlannedOneShots>>
  /** Containers that are loaded beside those which they replace. */
  readonly standby: readonly string[]
  /** Services whose containers need keys of the cloud's own Ceph. */
  readonly cephClients: readonly string[]
  /** Hosts that machines run on, and the containers by which they do; where Nova is enabled. */
  readonly machines?: { readonly hosts: readonly string[]; readonly carriers: readonly string[] }
  /** Only these services are looked at. */
  readonly only?: readonly string[]
  /** Images that hosts lack. */
  readonly pulls: readonly Pull[]
  /** Images of the runbook's foundation, where no host has a container yet: its parts begin without waiting for the others. */
  readonly foundation?: readonly string[]
  /** Service → its hosts in the inventory's order. */
  readonly members: Readonly<Record<string, readonly string[]>>
  /** Monitors of Ceph whose data is to be made, and those that were in a quorum, where Ceph is enabled; `joined` is not in plans of before. */
  readonly monitors?: Pick<MonitorPlan, 'make' | 'halfMade'> & Partial<Pick<MonitorPlan, 'joined'>>
}

/** A plan as a payload holds it: of three hundred hosts it has thousands of changes. */
export type PackedPlan<Plan extends PlannedCloud> = Omit<Plan, 'changes' | 'pulls'> & {
  readonly changes: Packed<Change>
  readonly pulls: Packed<Pull>
}

export function packPlan<Plan extends PlannedCloud>(plan: Plan): PackedPlan<Plan> {
  return { ...plan, changes: pack(plan.changes), pulls: pack(plan.pulls) }
}

export interface PlannedOneShots {
  readonly host: string
  /** Whose configuration and image they work with. */
  readonly container: string
  readonly kinds: readonly OneShotKind[]
  /** Whether its new image is asked, before an upgrade, if the service can be upgraded. */
  readonly check?: true
}

export function planActivities(contexts: CloudContexts) {
  return {
    /** Compares what the operator describes with what the hosts show. Touches no host. */
    async planCloud(
      ref: CloudRef,
      seen: readonly Observation[],
      only?: readonly string[],
    ): Promise<PackedPlan<PlannedCloud>> {
      const observed = await contexts.observed(ref.cloud, seen)
      const options = { release: 'as it is', ...(only && { only }) } as const
      return packPlan(await planCloud(contexts, ref, observed, options))
    },
  }
}

export interface PlanOptions {
  readonly only?: readonly string[]
  /** Whether containers of another release are an error, or are to be replaced. */
  readonly release: 'as it is' | 'changes'
}

export async function planCloud(
  contexts: CloudContexts,
  ref: CloudRef,
  observed: readonly ObservedHost[],
  { only, release }: PlanOptions,
): Promise<PlannedCloud> {
  const hosts = observed.map((host) => host.facts)
  const opened = await contexts.get(ref)
  const cloud = opened.with({ hosts, images: {} })
  const members = membersByService(cloud)
  const refused = (findings: readonly Finding[]) => {
    return {
      ref,
      changes: [],
      oneShots: {},
      standby: [],
      cephClients: [],
      pulls: [],
      members,
      findings,
    }
  }
  if (!isComplete(cloud)) {
    return refused(checkHosts(cloud.cloud, observed, { containers: new Map() }))
  }
  const broken = checkFoundOverrides(cloud.cloud, hosts)
  if (broken.length > 0) return refused(broken)
  const vlans = checkVlans(cloud.cloud, hosts)
  const ceph = planCeph(cloud.cloud, observed)
  const images = await findImages(cloud)
  const found = { hosts, images: images.digests }
  const rendered = opened.with(found)
  const missing = missingImages(rendered, observed, only)
  const sizes = await askRegistry(() =>
    pullBytes(rendered, images.findings.length > 0 ? [] : missing),
  )
  const bytes = sizes instanceof Map ? sizes : new Map<string, number>()
  const pulls = missing.map((pull) => ({ ...pull, bytes: bytes.get(pull.host) ?? 0 }))
  const findings = [
    ...checkHosts(cloud.cloud, observed, {
      containers: new Map(hosts.map(({ name }) => [name, namesOn(cloud, name)])),
      imageBytes: bytes,
    }),
    ...(release === 'changes' ? [] : checkRelease(cloud.cloud, observed)),
    ...vlans,
    ...checkVolumes(observed),
    ...checkNova(cloud.cloud, observed),
    ...checkData(cloud.cloud, observed, await contexts.records(ref.cloud).list()),
    ...ceph.findings,
    ...images.findings,
    ...(sizes instanceof Map ? [] : [sizes]),
    ...checkBuilt(images.digests, await contexts.builtImages().read()),
    ...checkOnly(cloud.cloud, observed, only),
  ]
  const desired = desiredHosts(rendered)
  const containers = planChanges(ref.cloud, desired, observed).filter(isAllowed)
  const isNamed = ({ service }: Change) => only?.includes(service) ?? true
  findings.push(
    ...checkPeers(desired, observed),
    ...checkCarriers(containers.filter(isNamed), observed),
  )
  if (hasErrors(findings)) return refused(findings)

  const galera = observed.filter(({ facts }) => members['mariadb']?.includes(facts.name))
  const started = withGalera(withMonitors(containers, ceph.monitors), galera)
  const changes = [
    ...givenBack(rendered, observed),
    ...started,
    ...oneShotChanges([...wantedOneShots(rendered), ...wantedNetworking(rendered)], observed),
    ...ceph.changes,
  ]
  return {
    ref: { ...ref, found: await contexts.snapshots(ref.cloud).keepFound(found) },
    changes: changes.filter(isNamed),
    ...servicesIn(rendered),
    ...(only && { only }),
    findings,
    pulls,
    ...foundationOf(rendered, observed),
    members,
    ...(ceph.monitors && { monitors: ceph.monitors }),
  }
}

/** What earlier runs have left drained. */
export function givenBack(cloud: CloudContext, observed: readonly ObservedHost[]): Change[] {
  const enabled = Object.keys(membersByService(cloud))
  const backends = frontendsOf(cloud.cloud, services).map(({ name }) => backendName(name))
  return giveBacks(observed, { backends, services: enabled })
}

/** What every host that was found must run. */
export function desiredHosts(cloud: CloudContext): DesiredHost[] {
  return cloud.found.hosts.map(({ name }) => ({
    name,
    containers: cloud.containers(name).map((it) => cloud.desired(name, it)),
  }))
}

/** A monitor and an OSD are taken away by nobody's leaving out a line (see `planCeph`). */
export function isAllowed({ action, service }: Change): boolean {
  return action !== 'remove' || (service !== 'ceph-mon' && service !== 'ceph-osd')
}

function namesOn(cloud: CloudContext, host: string): string[] {
  return cloud.containers(host).map((container) => container.name)
}

/** Every host was seen and has its address: without that nothing can be rendered. */
function isComplete({ cloud, found }: CloudContext): boolean {
  if (found.hosts.length < cloud.hosts.length) return false
  return hostViews(cloud, found.hosts)
    .filter((view) => servicesOn(cloud, view.name).length > 0)
    .every((view) => isAddressed(cloud, view))
}

export function membersByService({ cloud }: CloudContext): PlannedCloud['members'] {
  const enabled = services.filter((service) => service.enabled(cloud.globals))
  return Object.fromEntries(enabled.map((service) => [service.name, membersOf(cloud, service)]))
}

/** What a plan tells of services: their one-shots, who stands by, who needs keys, what carries machines. */
export function servicesIn(
  cloud: CloudContext,
): Pick<PlannedCloud, 'oneShots' | 'standby' | 'cephClients' | 'machines'> {
  const oneShots = oneShotsOfAll(cloud).map(({ service, host, container, takes }) => {
    const check = serviceNamed(service).schema?.check !== undefined
    const kinds = [...takes.keys()]
    return [service, { host, container, kinds, ...(check && { check }) }] as const
  })
  const all = cloud.found.hosts.flatMap(({ name }) => cloud.containers(name))
  const standby = all.filter((container) => container.standby).map(({ name }) => name)
  return {
    oneShots: Object.fromEntries(oneShots),
    standby: [...new Set(standby)],
    cephClients: cephClientsOf(cloud.cloud),
    ...(cloud.cloud.globals.enable_nova && {
      machines: { hosts: cloud.members('compute'), carriers: carriersOf(cloud.cloud) },
    }),
  }
}
