import type { Run } from './run.js'
import type { Attempt } from './services/protocol.js'
import { step } from './steps.js'

/** Takes away what the plan no longer wants, one after the other. */
export async function removeUnwanted(
  { plan, ref, stages }: Run,
  attempt: Attempt = unattended,
): Promise<void> {
  const removals = plan.changes.filter((change) => change.action === 'remove')
  if (removals.length === 0) return
  await stages.run('Remove what is no longer wanted', async () => {
    for (const { host, container } of removals) {
      const title = `${host} · ${container}`
      await attempt(title, () => step('removeContainer', title, ref, host, container))
    }
  })
}

/** A step that fails ends the operation. */
async function unattended(_title: string, body: () => Promise<unknown>): Promise<boolean> {
  await body()
  return true
}
