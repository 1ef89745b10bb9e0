import type { OpenedCloud } from '../activities/index.js'
import { badInput } from './bad-input.js'
import { observe, onAll, oneByOne, operate, refuse } from './operate.js'
import type { OperationResult, PrepareHostsInput } from './operations.js'
import { step } from './steps.js'

/** Makes bare hosts ready for Kolla's containers: kolla-ansible's `bootstrap-servers`. */
export async function prepareHosts(input: PrepareHostsInput): Promise<OperationResult> {
  return operate('prepareHosts', input, async ({ cloud: opened, stages }) => {
    const cloud = input.takeOver === true ? takingOver(opened) : opened
    const unknown = (input.hosts ?? []).filter((host) => !cloud.hosts.includes(host))
    if (unknown.length > 0) {
      const message = `hosts: ${unknown.join(', ')} not in the inventory, which has ${cloud.hosts.join(', ')}`
      throw badInput(message)
    }
    const { observed, unobserved } = await stages.run('Observe', () => observe(cloud))
    refuse(unobserved)
    const ref = await step('rememberFacts', cloud.name, cloud.ref, observed)
    const prepare = (host: string) => step('prepareHost', host, ref, host)
    const inUse = observed.some(({ running }) => running > 0)
    const prepared = await stages.run('Prepare hosts', () =>
      // A changed setting may restart Docker, and its containers with it: each host until they are back.
      (inUse ? oneByOne : onAll)(input.hosts ?? cloud.hosts, prepare),
    )
    const changed = prepared.filter((result) => result.changed.length > 0)
    const summary = `${prepared.length} hosts are prepared, ${changed.length} of them changed`
    return { changes: [], warnings: [], summary }
  })
}

function takingOver(cloud: OpenedCloud): OpenedCloud {
  const { hold } = cloud.ref
  return hold ? { ...cloud, ref: { ...cloud.ref, hold: { ...hold, takeOver: true } } } : cloud
}
