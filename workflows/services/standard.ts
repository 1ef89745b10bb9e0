import { CancellationScope } from '@temporalio/workflow'
import { isContainer } from '../../src/plan/change.js'
import { onAll, together } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import type { Attempt, Protocol } from './protocol.js'

/** Services without a protocol of their own: one-shots first, then containers, host by host where they run already. */
export function standard(services: readonly string[]): Protocol {
  return {
    async start(run) {
      await onAll(services, async (service) => {
        await giveCephKeys(run, service)
        await initialize(run, service)
        await roll(run, service)
      })
    },
    async before(run, hosts, attempt) {
      for (const service of services) {
        if (!(await canUpgrade(run, service, hosts, attempt))) return false
        if (!(await expand(run, service, hosts, attempt))) return false
      }
      return true
    },
    replace,
    async finish(run) {
      for (const service of services) await contract(run, service)
    },
  }
}

/** Containers that keep data in Ceph find their keys when they start, one-shots too. */
export async function giveCephKeys(run: Run, service: string): Promise<void> {
  const [monitor] = run.members('ceph-mon')
  if (monitor === undefined || !run.plan.cephClients.includes(service)) return
  const first = run.due(service).length > 0 ? [run.oneShots(service)?.host ?? ''] : []
  const hosts = [...new Set([...first, ...run.changed(service)])]
  if (hosts.length === 0) return
  await run.stages.run(`Give ${service} its keys of Ceph`, () =>
    onAll(hosts, (host) =>
      step('giveCephKeys', `${host} · ${service}`, run.ref, host, monitor, service),
    ),
  )
}

/** Databases, schema, accounts and endpoints of a service, as far as they are due. */
async function initialize(run: Run, service: string): Promise<void> {
  const due = run.due(service)
  const shots = run.oneShots(service)
  if (due.length === 0 || !shots) return
  const { ref } = run
  const { host } = shots
  await run.stages.run(`Initialize ${service}`, () =>
    together(
      async () => {
        if (due.includes('databases')) await createDatabases(run, service)
        if (due.includes('schema')) {
          await step('migrateSchema', `${host} · ${service}`, ref, host, service, 'sync')
        }
      },
      async () => {
        if (due.includes('identity')) {
          await register(run, service, host)
        }
      },
    ),
  )
}

/** On the first member of the Galera cluster, from where all get them. */
export async function createDatabases(run: Run, service: string): Promise<void> {
  const [member = ''] = run.members('mariadb')
  await step('createDatabases', `${member} · ${service}`, run.ref, member, service)
}

/**
 * Starts a service: everywhere at once what is new, else host by host so that it goes on answering. What takes long,
 * loading an application, is done before, beside those that serve.
 */
export async function roll(run: Run, service: string): Promise<void> {
  if (run.changed(service).length === 0) return
  const serving = run
    .changes(service)
    .filter((it) => isContainer(it) && it.interrupts && run.plan.standby.includes(it.container))
  const hosts = [...new Set(serving.map(({ host }) => host))]
  const successors = hosts.map((host) => ({
    host,
    containers: serving.filter((it) => it.host === host).map(({ container }) => container),
  }))
  await orWithdraw(run, successors, async () => {
    if (successors.length > 0) {
      await run.stages.run(`Prepare ${service}`, () =>
        onAll(successors, ({ host, containers }) =>
          step('prepareSuccessors', `${host} · ${service}`, run.ref, host, containers),
        ),
      )
    }
    await run.start(service)
  })
}

/** Replaces containers on one host; other hosts serve meanwhile. */
export async function replace(
  run: Run,
  host: string,
  containers: readonly string[],
): Promise<void> {
  const standby = containers.filter((name) => run.plan.standby.includes(name))
  const title = `${host} · ${containers.join(', ')}`
  await orWithdraw(run, [{ host, containers: standby }], async () => {
    if (standby.length > 0) await step('prepareSuccessors', title, run.ref, host, standby)
    await step('startContainers', title, run.ref, host, containers)
  })
}

/** What stands by answers on its port already: when `body` fails, those that are still there go. */
async function orWithdraw(
  run: Run,
  successors: readonly { readonly host: string; readonly containers: readonly string[] }[],
  body: () => Promise<void>,
): Promise<void> {
  try {
    await body()
  } catch (error) {
    const withdraw = () =>
      onAll(
        successors.filter(({ containers }) => containers.length > 0),
        ({ host, containers }) => step('withdrawSuccessors', host, run.ref, host, containers),
      )
    // Why it ends matters more; what can't be withdrawn now is in the next plan.
    await CancellationScope.nonCancellable(withdraw).catch(() => undefined)
    throw error
  }
}

/** Asks the new image whether the service can be upgraded, before its schema is touched. */
async function canUpgrade(
  run: Run,
  service: string,
  hosts: readonly string[],
  attempt: Attempt,
): Promise<boolean> {
  const shots = run.oneShots(service)
  if (shots?.check !== true || hosts.length === 0) return true
  const { host, container } = shots
  const title = `${host} · ${service}`
  return attempt(`upgrade check of ${service}`, async () => {
    await step('writeConfiguration', title, run.ref, host, [container])
    run.findings.push(...(await step('checkUpgrade', title, run.ref, host, service)))
  })
}

/** Brings a schema to what the new release needs while the old one serves. Returns whether that was done. */
async function expand(
  run: Run,
  service: string,
  hosts: readonly string[],
  attempt: Attempt,
): Promise<boolean> {
  const shots = run.oneShots(service)
  if (!shots?.kinds.includes('schema') || hosts.length === 0) return true
  const { host, container } = shots
  const { ref } = run
  return attempt(`expansion of ${service}'s schema`, async () => {
    await step('writeConfiguration', `${host} · ${service}`, ref, host, [container])
    await step('migrateSchema', `${host} · ${service}`, ref, host, service, 'expand')
  })
}

/** What only the old release needed goes; what the new one registers otherwise is registered. */
async function contract(run: Run, service: string): Promise<void> {
  const shots = run.oneShots(service)
  if (!shots) return
  const { host, kinds } = shots
  if (kinds.includes('schema')) {
    await step('migrateSchema', `${host} · ${service}`, run.ref, host, service, 'contract')
  }
  if (kinds.includes('identity')) await register(run, service, host)
}

async function register(run: Run, service: string, host: string): Promise<void> {
  run.findings.push(...(await step('registerService', service, run.ref, host, service)))
}
