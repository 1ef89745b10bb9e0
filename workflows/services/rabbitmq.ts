import type { Run } from '../run.js'
import { step } from '../steps.js'

/** Starts the nodes that are to change, each until it is a running member of the cluster. */
export async function startRabbitmq(run: Run): Promise<void> {
  if (run.changed('rabbitmq').length === 0) return
  await run.stages.run('Start rabbitmq', () =>
    run.rolling('rabbitmq', async (host) => {
      await step('startRabbitmq', host, run.ref, host)
      await step('verifyRabbitmq', host, run.ref, host)
    }),
  )
}
