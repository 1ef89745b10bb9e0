import { patched, upsertMemo, workflowInfo } from '@temporalio/workflow'
import { ApplicationFailure } from '@temporalio/common'
import type { CloudRef, Observation, OpenedCloud, PlannedCloud } from '../activities/index.js'
import type { OneShotKind } from '../src/catalog/one-shots.js'
import type { Finding } from '../src/model/finding.js'
import { formatFinding, hasErrors } from '../src/model/finding.js'
import { isOfCeph } from '../src/plan/ceph/pinned.js'
import { isContainer } from '../src/plan/change.js'
import type { Change } from '../src/plan/change.js'
import { pack, unpack } from '../src/plan/same-on-hosts.js'
import { holding } from './cloud-lock.js'
import type { CloudInput, OperationName, OperationResult } from './operations.js'
import { failedBy } from './reason.js'
import { sideBySide } from './side-by-side.js'
import { Stages } from './stages.js'
import { step } from './steps.js'
import { unpackPlan } from './unpack-plan.js'
import { unseen } from './unseen.js'

/** What the body of an operation works with. */
export interface Operation {
  readonly cloud: OpenedCloud
  readonly stages: Stages
}

/**
 * One operation: its input and the operator's files are checked, then the cloud is its own until it ends.
 * `body` returns what it did; warnings about the files are added. `stages` are for who needs them before.
 */
export async function operate(
  name: OperationName,
  input: CloudInput,
  body: (operation: Operation) => Promise<OperationResult>,
  stages = new Stages(),
): Promise<OperationResult> {
  const cloud = await open(name, input)
  return holding(cloud.name, (hold) =>
    perform({ cloud: { ...cloud, ref: { ...cloud.ref, hold } }, stages }, body),
  )
}

/** An operation that only looks: it needs no lock and disturbs none. */
export async function inspect(
  name: OperationName,
  input: CloudInput,
  body: (operation: Operation) => Promise<OperationResult>,
): Promise<OperationResult> {
  return perform({ cloud: await open(name, input), stages: new Stages() }, body)
}

async function open(name: OperationName, input: CloudInput): Promise<OpenedCloud> {
  const cloud = await step('openCloud', name, name, input)
  const dryRun = 'dryRun' in input && input.dryRun === true
  upsertMemo({
    ...{ cloud: cloud.name, operation: workflowInfo().workflowType },
    ...(dryRun && { dryRun }),
  })
  return cloud
}

async function perform(
  operation: Operation,
  body: (operation: Operation) => Promise<OperationResult>,
): Promise<OperationResult> {
  const result = await body(operation)
  const warnings = [...operation.cloud.findings, ...result.warnings].filter(
    (f) => f.severity === 'warning',
  )
  return { ...result, changes: pack(unpack(result.changes)), warnings }
}

/** Runs the same verb for each host side by side; the first failure is thrown when all have ended. */
export async function onAll<Item, T>(
  items: readonly Item[],
  body: (item: Item) => Promise<T>,
  window?: number,
): Promise<T[]> {
  const results = await sideBySide(items, body, window)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

/** As `onAll`, but each only after the one before has succeeded. */
export async function oneByOne<Item, T>(
  items: readonly Item[],
  body: (item: Item) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  for (const item of items) results.push(await body(item))
  return results
}

/** Runs different things side by side; the first failure is thrown when all have ended. */
export async function together(...bodies: readonly (() => Promise<unknown>)[]): Promise<void> {
  await onAll(bodies, (body) => body())
}

/** Observes every host and plans; all findings about files, hosts and images are thrown together. */
export async function observeAndPlan(
  { cloud, stages }: Operation,
  options: { services?: readonly string[] } = {},
): Promise<PlannedCloud> {
  return stages.run('Observe and plan', async () => {
    const { observed, unobserved } = await observe(cloud)
    const plan = unpackPlan(
      await step('planCloud', cloud.name, cloud.ref, observed, options.services),
    )
    refuse([...cloud.findings, ...unobserved, ...plan.findings])
    refuse([
      ...(await checkHostNames(plan)),
      ...(await checkStorageNetwork(plan)),
      ...(await checkDatabases(plan)),
    ])
    return plan
  })
}

/** Before RabbitMQ is started anew: nodes that take each other for somebody else form no cluster. */
async function checkHostNames({ ref, changes, members }: PlannedCloud): Promise<Finding[]> {
  const starts = (change: Change) => change.service === 'rabbitmq' && isContainer(change)
  if (!changes.some(starts) || !patched('names of hosts are looked up')) return []
  const hosts = members['rabbitmq'] ?? []
  const found = await onAll(hosts, (host) => step('checkHostNames', host, ref, host, hosts))
  return found.flat()
}

/** Before anything of a new service is made: in a living cluster there may be a database of somebody else's by its name. */
async function checkDatabases({ ref, changes, members }: PlannedCloud): Promise<Finding[]> {
  const kind: OneShotKind = 'databases'
  const due = changes
    .filter(({ action, container }) => action === 'bootstrap' && container === kind)
    .map(({ service }) => service)
  const changed = changes.filter(({ service }) => service === 'mariadb').map(({ host }) => host)
  const member = members['mariadb']?.find((host) => !changed.includes(host))
  if (due.length === 0 || member === undefined) return []
  if (!patched('databases of others are looked for before anything is touched')) return []
  return step('checkDatabases', `${member} · ${due.join(', ')}`, ref, member, due)
}

/** Before anything of Ceph is changed: a cluster whose hosts don't reach each other would begin and never end. */
async function checkStorageNetwork({ ref, changes, members }: PlannedCloud): Promise<Finding[]> {
  if (!changes.some(isOfCeph)) return []
  const hosts = [...new Set([...(members['ceph-mon'] ?? []), ...(members['ceph-osd'] ?? [])])]
  const found = await onAll(hosts, (host) => step('checkStorageNetwork', host, ref, host, hosts))
  return found.flat()
}

/** Every host as it is; a host that can't be looked at is a finding, so that all of them are told together. */
export async function observe({ hosts, ref }: OpenedCloud) {
  const looks = await sideBySide(hosts, (host) => observeHost(host, ref))
  const observed = looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []))
  const unobserved = looks.flatMap((look, index): Finding[] => {
    if (look.status === 'fulfilled') return []
    return unseen(hosts[index] ?? '', look.reason)
  })
  return { observed, unobserved }
}

/** An attempt that its worker gave up says nothing of the host, and there are only two. */
async function observeHost(host: string, ref: CloudRef): Promise<Observation> {
  for (let steps = 1; ; steps++) {
    try {
      return await step('observeHost', host, ref, host)
    } catch (error) {
      if (!failedBy(error, 'AttemptEnded') || steps === 5) throw error
    }
  }
}

/**
 * Proves from outside that every service does its work, whatever was changed; of a plan for some services, those alone.
 * Returns what is only doubtful.
 */
export async function verify(
  { ref, members, only }: PlannedCloud,
  changed = false,
): Promise<readonly Finding[]> {
  const concerns = (service: string) => only?.includes(service) ?? true
  const first = (service: string) => (concerns(service) ? members[service]?.[0] : undefined)
  const [rabbit, keystone, monitor] = ['rabbitmq', 'keystone', 'ceph-mon'].map(first)
  let doubts: readonly Finding[] = []
  await together(
    () => proveHealth({ ref, members, ...(only && { only }) }),
    ...(rabbit === undefined ? [] : [() => step('verifyRabbitmq', rabbit, ref, rabbit)]),
    ...(keystone === undefined
      ? []
      : [() => step('issueToken', 'through the floating address', ref)]),
    async () => {
      if (monitor === undefined) return
      doubts = await step('verifyCeph', monitor, ref, monitor, changed)
    },
  )
  return doubts
}

async function proveHealth({
  ref,
  members,
  only,
}: Pick<PlannedCloud, 'ref' | 'members' | 'only'>): Promise<void> {
  if (!only) {
    const hosts = [...new Set(Object.values(members).flat())]
    await onAll(hosts, (host) => step('awaitHealth', host, ref, host))
    return
  }
  await onAll(only, (service) =>
    onAll(members[service] ?? [], (host) =>
      step('awaitHealth', `${host} · ${service}`, ref, host, service),
    ),
  )
}

/** @throws ApplicationFailure `BadInput` with all findings when one is an error */
export function refuse(findings: readonly Finding[]): void {
  if (!hasErrors(findings)) return
  const errors = findings.filter((finding) => finding.severity === 'error')
  throw ApplicationFailure.nonRetryable(errors.map(formatFinding).join('\n'), 'BadInput', findings)
}
