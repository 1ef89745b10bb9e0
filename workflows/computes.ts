import type { Finding } from '../src/model/finding.js'
import { moveMachines } from './machines.js'
import { operate, refuse } from './operate.js'
import type { ComputeInput, OperationResult } from './operations.js'
import { step } from './steps.js'

/** Lets no more machines start on a host, and brings those that it has elsewhere. */
export async function drainCompute(input: ComputeInput): Promise<OperationResult> {
  return operate('drainCompute', input, async ({ cloud, stages }) => {
    const { ref } = cloud
    const host = await stages.run(`Disable ${input.host}`, () =>
      step('disableCompute', input.host, ref, input.host),
    )
    const machines = await step('listMachines', host, ref, host)
    const stayed = await stages.run(`Migrate ${machines.length} machines`, () =>
      moveMachines(ref, host, machines),
    )
    refuse(
      stayed.map(({ id, name, why }): Finding => {
        const message = `the machine ${name} (${id}) stayed: ${why}; the host starts no others, and the same command tries again`
        return { severity: 'error', host: input.host, message }
      }),
    )
    const summary = `${host} is disabled and has no machines: ${machines.length} were migrated; \`kolla-temporal enable-compute ${input.host}\` puts it back in use`
    return { changes: [], warnings: [], summary }
  })
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
