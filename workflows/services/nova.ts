import { partsHaveWorkflows } from '../patches.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import { restBefore } from './await-rest.js'
import type { Protocol } from './protocol.js'
import { replace, standard } from './standard.js'

const compute = 'nova_compute'
const usual = standard(['nova'])

/** The side of Nova that answers requests. */
export const nova: Protocol = {
  ...usual,
  async before(run, hosts, attempt) {
    const isReady = (await usual.before?.(run, hosts, attempt)) ?? true
    return isReady && restBefore(run, 'nova', 'newer', attempt)
  },
  beforeOlder: (run, attempt) => restBefore(run, 'nova', 'older', attempt),
  replacesToo: ['nova-cell'],
  async replaceByOlder(run, host, containers) {
    if (!run.computesAreBack) await computesBack(run)
    run.computesAreBack = partsHaveWorkflows()
    await step('forgetVersions', `${host} · nova`, run.ref, host, containers)
    await replace(run, host, containers)
  },
}

/** An older API does not work with compute hosts that are all newer: they go before it, as they came after it. */
async function computesBack(run: Run): Promise<void> {
  for (const host of run.changed('nova-cell')) {
    if (!run.containers('nova-cell', host).includes(compute)) continue
    const title = `${host} · ${compute}`
    await step('writeConfiguration', title, run.ref, host, [compute])
    await step('forgetVersions', title, run.ref, host, [compute])
    await step('startAlone', title, run.ref, host, compute)
  }
}
