import { patched } from '@temporalio/workflow'
import { onAll } from '../operate.js'
import type { Run } from '../run.js'
import { step } from '../steps.js'
import type { Attempt, Protocol } from './protocol.js'

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

/**
 * Before anything that works with RabbitMQ goes back: nodes that do not run begin side by side, for each waits until it
 * reaches another one. All of them are missing where queues were given up so that an older RabbitMQ can begin.
 */
export async function startIdleNodes(run: Run, attempt: Attempt): Promise<void> {
  const idle = run.changed('rabbitmq').filter((host) => !run.interrupts('rabbitmq', host))
  if (idle.length === 0 || !patched('nodes of RabbitMQ that do not run begin side by side')) return
  await attempt('nodes of rabbitmq that do not run', () =>
    onAll(idle, async (host) => {
      const containers = run.containers('rabbitmq', host)
      await step('writeConfiguration', `${host} · rabbitmq`, run.ref, host, containers)
      await step('startRabbitmq', host, run.ref, host)
    }),
  )
}
