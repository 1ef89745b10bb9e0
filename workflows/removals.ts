import type { Run } from './run.js'
import { step } from './steps.js'

type Attempt = (title: string, body: () => Promise<unknown>) => Promise<unknown>

/** Takes away what the plan no longer wants, one after the other. */
export async function removeUnwanted(
  { plan, ref, stages }: Run,
  attempt: Attempt = (_title, body) => body(),
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
