import { Context } from '@temporalio/activity'
import { expect } from 'vitest'
import type { Activities, OpenedCloud, PlannedCloud } from '../../activities/index.js'
import type { Change } from '../../src/plan/change.js'

/** One call of a verb, as long as it lasted. */
export interface Call {
  readonly verb: keyof Activities
  readonly host: string
  readonly args: readonly unknown[]
  readonly startedAt: number
  endedAt: number
  /** How long one attempt may take, in milliseconds. */
  readonly startToClose: number
}

type Fakes = { [Verb in keyof Activities]?: (...args: never[]) => unknown }

const hosts = ['kolla1', 'kolla2', 'kolla3']
export const kinds = ['databases', 'schema', 'identity'] as const
const opened: OpenedCloud = {
  name: 'demo',
  ref: { cloud: 'demo', files: 'f1' },
  hosts: [...hosts, 'kollar'],
  buildHost: 'kollar',
  findings: [],
}

const containersOf: Record<string, readonly string[]> = {
  cron: ['cron'],
  haproxy: ['haproxy'],
  keepalived: ['keepalived'],
  mariadb: ['mariadb'],
  memcached: ['memcached'],
  rabbitmq: ['rabbitmq'],
  keystone: ['keystone_ssh', 'keystone_fernet', 'keystone'],
}

/** A change of every container of the named services (by default of all) on every host. */
export function changesOf(
  action: Change['action'],
  services = Object.keys(containersOf),
): Change[] {
  return hosts.flatMap((host) =>
    services.flatMap((service) =>
      (containersOf[service] ?? []).map((container) => {
        const interrupts = action === 'restart' || action === 'replace'
        return { host, service, container, action, interrupts, reasons: ['missing'] }
      }),
    ),
  )
}

/** When the first of some calls began and the last ended. @throws where there is none, which stands in no order */
export function spanOf(calls: readonly Call[]) {
  if (calls.length === 0) throw new RangeError('never called')
  return {
    count: calls.length,
    begin: Math.min(...calls.map((call) => call.startedAt)),
    end: Math.max(...calls.map((call) => call.endedAt)),
  }
}

/** That all of these were called, each for the first time after the one before it. */
export function expectOrder(verbs: readonly string[], ...order: readonly string[]): void {
  const called = verbs.filter(
    (verb, index) => order.includes(verb) && verbs.indexOf(verb) === index,
  )
  expect(called).toEqual(order)
}

/** Starts of a service's containers. */
export function startsOf(calls: readonly Call[], service: string): Call[] {
  return calls.filter((call) => startedService(call) === service)
}

/** The service whose containers a call starts. */
export function startedService({ verb, args }: Pick<Call, 'verb' | 'args'>): string | undefined {
  const [name] = verb === 'startContainers' ? (args[2] as readonly string[]) : []
  return Object.keys(containersOf).find((service) => containersOf[service]?.includes(name ?? ''))
}

/** One-shots of services that are due. */
export function dueOneShots(kindsOf: Readonly<Record<string, readonly string[]>>): Change[] {
  return Object.entries(kindsOf).flatMap(([service, due]) =>
    due.map((container) => {
      const change = { host: 'kolla1', service, container, interrupts: false, reasons: ['changed'] }
      return { ...change, action: 'bootstrap' as const }
    }),
  )
}

export function planned(
  changes: readonly Change[],
  more: Partial<PlannedCloud> = {},
): PlannedCloud {
  const members = Object.fromEntries(Object.keys(containersOf).map((service) => [service, hosts]))
  const oneShots = { keystone: { host: 'kolla1', container: 'keystone', kinds } }
  const nothing = { oneShots, standby: ['keystone'], cephClients: [], findings: [], pulls: [] }
  return { ref: { ...opened.ref, found: 'f2' }, changes, ...nothing, members, ...more }
}

/**
 * Activities that touch nothing, each taking a few milliseconds, and the record of their calls. The real ones are
 * tested on the lab.
 */
export function fakeActivities(fakes: Fakes = {}) {
  const calls: Call[] = []
  const answers: Fakes = {
    openCloud: () => opened,
    observeHost: (_ref: unknown, host: string) => ({ host, digest: `seen-${host}`, running: 0 }),
    planCloud: () => planned(changesOf('create')),
    inspectMariadb: (_ref: unknown, host: string) => {
      return { host, data: 'none', running: false, synced: false, view: false, seqno: -1 }
    },
    checkHostNames: () => [],
    checkDatabases: () => [],
    rememberFacts: () => opened.ref,
    prepareHost: (_ref: unknown, host: string) => ({ changed: [host], ok: [] }),
    buildImages: () => ({ built: 10, present: 0 }),
    registerService: () => [],
    writeAccessFiles: () => ['clouds.yaml'],
    inspectOpenStack: () => [],
    awaitArrivals: () => [],
    listOrphans: () => [],
    listStartedMachines: () => ({ machines: [], more: 0, silent: [] }),
    ...fakes,
  }
  const activities = {
    /** Temporal's name for the activity that answers for every type without one of its own. */
    async default(...args: readonly unknown[]): Promise<unknown> {
      const { activityType, startToCloseTimeoutMs: startToClose } = Context.current().info
      const verb = activityType as keyof Activities
      const host = typeof args[1] === 'string' ? args[1] : ''
      const call: Call = {
        verb,
        host,
        args,
        startedAt: Date.now(),
        endedAt: Infinity,
        startToClose,
      }
      calls.push(call)
      await new Promise((resolve) => setTimeout(resolve, 10))
      try {
        return await answers[verb]?.(...(args as never[]))
      } finally {
        call.endedAt = Date.now()
      }
    },
  }
  return { activities, calls }
}
