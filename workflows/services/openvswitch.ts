import { oneByOne } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import type { Protocol } from './protocol.js'

const service = 'openvswitch'

/** Switches and their bridges to physical networks, which are also set up where no container changes. */
export const openvswitch: Protocol = {
  async start(run) {
    const changed = run.changed(service)
    const due = run.changes(service).filter(({ action }) => action === 'bootstrap')
    const others = run.members(service).filter((host) => {
      return !changed.includes(host) && due.some((change) => change.host === host)
    })
    if (changed.length + others.length === 0) return
    await run.stages.run(`Start ${service}`, async () => {
      await run.rolling(service, (host) => startOn(run, host, run.containers(service, host)))
      await oneByOne(others, (host) => startOn(run, host, []))
    })
  },
  replace: startOn,
}

async function startOn({ ref }: Run, host: string, containers: readonly string[]): Promise<void> {
  await step('prepareNetworking', host, ref, host)
  if (containers.length > 0) await step('startOpenvswitch', host, ref, host, containers)
  await step('setUpBridges', host, ref, host)
}
