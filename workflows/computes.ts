import { patched } from '@temporalio/workflow'
import type { Finding } from '../src/model/finding.js'
import { empty } from './machines.js'
import { observe, operate, refuse } from './operate.js'
import type { Operation } from './operate.js'
import type { ComputeInput, OperationResult } from './operations.js'
import { step } from './steps.js'

/** Lets no more machines start on a host, and brings those that it has elsewhere. */
export async function drainCompute(input: ComputeInput): Promise<OperationResult> {
  return operate('drainCompute', input, async (operation) => {
    const { stages } = operation
    const { ref, warnings } = await nameHosts(operation)
    const host = await stages.run(`Disable ${input.host}`, () =>
      step('disableCompute', input.host, ref, input.host),
    )
    const { tried, stayed, coming } = await empty(ref, host, {
      stages,
      patch: 'a drain looks again for machines',
    })
    refuse([
      ...stayed.map(({ id, name, why }) =>
        left(input, `the machine ${name} (${id}) stayed: ${why}`),
      ),
      ...coming.map((machine) => left(input, `the machine ${machine} is still on its way here`)),
    ])
    const summary = `${host} is disabled and has no machines: ${tried.size} were migrated; \`kolla-temporal enable-compute ${input.host}\` puts it back in use`
    return { changes: [], warnings, summary }
  })
}

/** Nova knows hosts by the names that they have themselves. One that does not tell its own is a warning: it may be dead. */
async function nameHosts({ cloud, stages }: Operation) {
  if (!patched('hosts are asked for their names')) return { ref: cloud.ref, warnings: [] }
  return stages.run('Observe', async () => {
    const { observed, unobserved } = await observe(cloud)
    const ref = await step('rememberFacts', cloud.name, cloud.ref, observed)
    const warnings = unobserved.map((it): Finding => ({ ...it, severity: 'warning' }))
    return { ref, warnings }
  })
}

function left({ host }: ComputeInput, what: string): Finding {
  const message = `${what}; the host starts no others, and the same command tries again`
  return { severity: 'error', host, message }
}

/** Takes `drainCompute` back; machines come as they are started. */
export async function enableCompute(input: ComputeInput): Promise<OperationResult> {
  return operate('enableCompute', input, async (operation) => {
    const { host } = input
    const { ref, warnings } = await nameHosts(operation)
    await operation.stages.run(`Enable ${host}`, () => step('enableCompute', host, ref, host))
    return { changes: [], warnings, summary: `${host} takes machines` }
  })
}

/** Has OpenStack forget a host that is no compute host any more. */
export async function removeCompute(input: ComputeInput): Promise<OperationResult> {
  return operate('removeCompute', input, async (operation) => {
    const { host } = input
    const { ref, warnings: away } = await nameHosts(operation)
    const { removed, warnings } = await operation.stages.run(`Forget ${host}`, () =>
      step('forgetCompute', host, ref, host),
    )
    const summary =
      removed.length > 0
        ? `${host} is forgotten: ${removed.join(', ')}`
        : `nothing was registered of ${host}`
    return { changes: [], warnings: [...away, ...warnings], summary }
  })
}
