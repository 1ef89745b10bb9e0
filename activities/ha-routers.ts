import { listContainers } from '../src/docker/containers.js'
import type { Engine } from '../src/docker/engine.js'
import { label } from '../src/plan/desired.js'
import { lookUntil } from './look-until.js'
import type { Patience } from './look-until.js'
import { keepForRetry, keptBefore, report } from './progress.js'

/** Each router with HA has a keepalived, which the L3 agent starts in a container of its own (`neutron_agents_wrappers`). */
const keepalived = 'neutron_l3_agent_keepalived'

/** In the heartbeats of a step. */
const figure = 'routers with HA'

/** How long routers may take to be back, and until they are looked at again, in milliseconds. */
const returning: Patience = { patience: 300_000, pause: 2000 }

/** How many routers with HA a host keeps; they are asked for only where its L3 agent is among the containers. */
export async function countRouters(engine: Engine, names: readonly string[]): Promise<number> {
  if (!names.includes('neutron_l3_agent')) return 0
  const found = await listContainers(engine, keepalived, label.cloud, { all: false })
  return found.length
}

/** How many there were before this attempt, or one before it, has ended any. */
export async function routersBefore(engine: Engine, names: readonly string[]): Promise<number> {
  const before = Math.max(await countRouters(engine, names), keptBefore(figure) ?? 0)
  if (before > 0) keepForRetry(figure, before)
  return before
}

/**
 * Waits until a host keeps as many routers as before. Its new agent is connected, and thus healthy, long before it has begun
 * the last of them; where the next host's were ended meanwhile, those would be active nowhere. Some may have been
 * deleted since, so that the wait has an end.
 */
export async function awaitRouters(
  engine: Engine,
  names: readonly string[],
  before: number,
  patience = returning,
): Promise<void> {
  const found = await lookUntil(
    () => countRouters(engine, names),
    (count) =>
      count >= before ? undefined : `waiting for routers with HA: ${count} of ${before} are back`,
    patience,
  )
  if (found >= before) return
  report(`only ${found} of ${before} routers with HA are back: going on without the others`)
}
