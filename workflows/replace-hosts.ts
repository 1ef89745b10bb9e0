import type { UpgradeStep } from '../src/plan/upgrade-plan.js'
import { carriesMachines, whileEvacuated } from './evacuation.js'
import { onAll } from './operate.js'
import type { Run } from './run.js'
import { replaceOnHost } from './services/index.js'
import type { Attempt } from './services/protocol.js'

/** How the hosts of a part get another release. */
export interface Replacement {
  readonly part: Pick<UpgradeStep, 'name' | 'services'>
  readonly by: 'newer' | 'older'
  /** Whether machines are moved away before what carries them is replaced. */
  readonly evacuate: boolean
}

/** Hosts of one batch side by side, one batch after the other. */
export async function replaceHosts(
  run: Run,
  replacement: Replacement,
  batches: readonly (readonly string[])[],
  attempt: Attempt,
): Promise<void> {
  for (const hosts of batches) {
    await onAll(hosts, (host) => replaceOn(run, replacement, host, attempt))
  }
}

async function replaceOn(
  run: Run,
  { part, by, evacuate }: Replacement,
  host: string,
  attempt: Attempt,
): Promise<void> {
  const title = `${part.name} on ${host}`
  const replace = () => replaceOnHost(run, part, host, by)
  if (!evacuate || !carriesMachines(run, part, host)) {
    await attempt(title, replace)
    return
  }
  await whileEvacuated(run, part, host, (leave) =>
    attempt(title, async () => {
      await leave()
      await replace()
    }),
  )
}
