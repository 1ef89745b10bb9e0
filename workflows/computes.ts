import { patched } from '@temporalio/workflow'
import type { CloudRef } from '../activities/index.js'
import type { Finding } from '../src/model/finding.js'
import { moveMachines } from './machines.js'
import type { Stayed } from './machines.js'
import { operate, refuse } from './operate.js'
import type { ComputeInput, OperationResult } from './operations.js'
import type { Stages } from './stages.js'
import { step } from './steps.js'

/** Lets no more machines start on a host, and brings those that it has elsewhere. */
export async function drainCompute(input: ComputeInput): Promise<OperationResult> {
  return operate('drainCompute', input, async ({ cloud, stages }) => {
    const { ref } = cloud
    const host = await stages.run(`Disable ${input.host}`, () =>
      step('disableCompute', input.host, ref, input.host),
    )
    const { tried, stayed, coming } = await empty(stages, ref, host)
    refuse([
      ...stayed.map(({ id, name, why }) =>
        left(input, `the machine ${name} (${id}) stayed: ${why}`),
      ),
      ...coming.map((machine) => left(input, `the machine ${machine} is still on its way here`)),
    ])
    const summary = `${host} is disabled and has no machines: ${tried.size} were migrated; \`kolla-temporal enable-compute ${input.host}\` puts it back in use`
    return { changes: [], warnings: [], summary }
  })
}

function left({ host }: ComputeInput, what: string): Finding {
  const message = `${what}; the host starts no others, and the same command tries again`
  return { severity: 'error', host, message }
}

/** How long machines that come to a host that is drained are waited for, in seconds. */
const ARRIVING = 600

/**
 * Moves the machines of a host, by Nova's name of it, each once, and then those that were on their way to it when it was
 * disabled. What Nova shows there at last has stayed.
 */
async function empty(stages: Stages, ref: CloudRef, host: string) {
  const list = () => step('listMachines', host, ref, host)
  const tried = new Set<string>()
  const stayed: Stayed[] = []
  let coming: readonly string[] = []
  let machines = await list()
  do {
    const fresh = machines.filter(({ id }) => !tried.has(id))
    const left = await stages.run(`Migrate ${fresh.length} machines`, () =>
      moveMachines(ref, host, fresh),
    )
    for (const { id } of fresh) tried.add(id)
    stayed.push(...left)
    if (!patched('a drain looks again for machines')) return { tried, stayed, coming }
    coming = await stages.run('Wait for machines that come', () =>
      step('awaitArrivals', host, ref, ARRIVING, host),
    )
    machines = await list()
  } while (machines.some(({ id }) => !tried.has(id)))
  const back = machines.filter(({ id }) => !stayed.some((it) => it.id === id))
  stayed.push(...back.map((machine) => ({ ...machine, why: 'it was moved, and is here again' })))
  return { tried, stayed, coming }
}

/** Takes `drainCompute` back; machines come as they are started. */
export async function enableCompute(input: ComputeInput): Promise<OperationResult> {
  return operate('enableCompute', input, async ({ cloud, stages }) => {
    const { host } = input
    await stages.run(`Enable ${host}`, () => step('enableCompute', host, cloud.ref, host))
    return { changes: [], warnings: [], summary: `${host} takes machines` }
  })
}

/** Has OpenStack forget a host that is no compute host any more. */
export async function removeCompute(input: ComputeInput): Promise<OperationResult> {
  return operate('removeCompute', input, async ({ cloud, stages }) => {
    const { host } = input
    const { removed, warnings } = await stages.run(`Forget ${host}`, () =>
      step('forgetCompute', host, cloud.ref, host),
    )
    const summary =
      removed.length > 0
        ? `${host} is forgotten: ${removed.join(', ')}`
        : `nothing was registered of ${host}`
    return { changes: [], warnings, summary }
  })
}
