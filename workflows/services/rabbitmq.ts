import { step } from '../steps.js'
import type { Protocol } from './protocol.js'

/** Nodes that are to change are started until each is a running member of the cluster. */
export const rabbitmq: Protocol = {
  async start(run) {
    if (run.changed('rabbitmq').length === 0) return
    await run.stages.run('Start rabbitmq', () =>
      run.rolling('rabbitmq', async (host) => {
        await step('startRabbitmq', host, run.ref, host)
        await step('verifyRabbitmq', host, run.ref, host)
      }),
    )
  },
  async before({ ref }, [first = ''], attempt) {
    return (
      (await attempt('all nodes of rabbitmq', () => step('verifyRabbitmq', first, ref, first))) &&
      (await attempt('feature flags of rabbitmq', () =>
        step('enableFeatureFlags', first, ref, first),
      ))
    )
  },
  async replace({ ref }, host) {
    await step('replaceRabbitmq', host, ref, host)
    await step('verifyRabbitmq', host, ref, host)
  },
  async finish({ ref, plan }) {
    const [node] = plan.members['rabbitmq'] ?? []
    if (node !== undefined) await step('enableFeatureFlags', node, ref, node)
  },
  oneAtATime: true,
}
