import type { CloudRef, PlannedCloud, PlannedOneShots } from '../activities/index.js'
import { isContainer } from '../src/plan/change.js'
import type { Change } from '../src/plan/change.js'
import type { Finding } from '../src/model/finding.js'
import { onAll, oneByOne } from './operate.js'
import type { Stages } from './stages.js'
import { step } from './steps.js'

/** A plan being carried out. */
export class Run {
  readonly ref: CloudRef
  /** Whether MariaDB was made by this run: nothing that was noted of another one holds. */
  databaseIsNew = false
  /** Whether nova_compute is of the older release on all hosts, on the way back. */
  computesAreBack = false
  /** Whether an earlier run has done a part of the upgrade: what that one replaced is not among the changes. */
  isResumed = false
  /** What its steps came across, for those who read its result. */
  readonly findings: Finding[] = []

  constructor(
    readonly plan: PlannedCloud,
    readonly stages: Stages,
  ) {
    this.ref = plan.ref
  }

  /** Hosts of a service in the inventory's order: the first one bootstraps. */
  members(service: string): readonly string[] {
    return this.plan.members[service] ?? []
  }

  /** Changes of a service's containers; `write` touches none, nor does what is given back. */
  changes(service: string): readonly Change[] {
    return this.plan.changes.filter(
      (c) => c.service === service && !['write', 'giveBack'].includes(c.action),
    )
  }

  /** Hosts on which a container of the service is to be started anew. */
  changed(service: string): readonly string[] {
    const hosts = new Set(
      this.changes(service)
        .filter(isContainer)
        .map((change) => change.host),
    )
    return this.members(service).filter((host) => hosts.has(host))
  }

  /** Names of the service's containers that change on one host. */
  containers(service: string, host: string): readonly string[] {
    return containersOn(host, this.changes(service))
  }

  /** Names of the service's containers whose files are to be written on one host: one that goes on may be among them. */
  written(service: string, host: string): readonly string[] {
    return containersOn(
      host,
      this.plan.changes.filter((change) => change.service === service),
    )
  }

  /** One-shots that the service has, and who runs them. */
  oneShots(service: string): PlannedOneShots | undefined {
    return this.plan.oneShots[service]
  }

  /** One-shots of the service that must run before its containers are started; all of them for a new database. */
  due(service: string): readonly string[] {
    const kinds: readonly string[] = this.oneShots(service)?.kinds ?? []
    if (this.databaseIsNew && (this.plan.only?.includes(service) ?? true)) return kinds
    const planned = this.changes(service).filter(({ action }) => action === 'bootstrap')
    return kinds.filter((kind) => planned.some(({ container }) => container === kind))
  }

  /** Whether a container of the service that runs will be stopped. */
  interrupts(service: string, host?: string): boolean {
    return this.changes(service).some((it) => it.interrupts && it.host === (host ?? it.host))
  }

  /** Members that do not run begin side by side; then those that run are interrupted, one host at a time. */
  async rolling(
    service: string,
    body: (host: string) => Promise<unknown>,
    hosts = this.changed(service),
  ): Promise<void> {
    const runs = (host: string) => this.interrupts(service, host)
    const idle = hosts.filter((host) => !runs(host))
    await onAll(idle, body)
    await oneByOne(hosts.filter(runs), body)
  }

  /** A service without a protocol of its own: its containers are started and awaited. */
  async start(service: string): Promise<void> {
    if (this.changed(service).length === 0) return
    await this.stages.run(`Start ${service}`, () =>
      this.rolling(service, (host) =>
        step(
          'startContainers',
          `${host} · ${service}`,
          this.ref,
          host,
          this.containers(service, host),
        ),
      ),
    )
  }
}

function containersOn(host: string, changes: readonly Change[]): readonly string[] {
  return changes.filter((it) => it.host === host && isContainer(it)).map((it) => it.container)
}
