import type { Container } from '../catalog/container.js'
import { createOptions, environmentList } from './create-options.js'
import type { CreateSettings } from './create-options.js'
import { hasLabels, inspectContainer, removeContainer } from './containers.js'
import type { Engine } from './engine.js'
import { asking } from './errors.js'
import { logsTail } from './output.js'

/** A container that does one thing and ends: a bootstrap, a database schema's sync. */
export interface OneShot extends CreateSettings {
  /** Its own name, such as `bootstrap_keystone`. */
  readonly name: string
  /** Whose configuration, volumes and limits it works with. */
  readonly container: Container
  /** On top of the container's own; may be secret, for it goes nowhere but to the engine. */
  readonly environment?: Readonly<Record<string, string>>
  /** In place of the image's own. */
  readonly command?: readonly string[]
  /** How many of its last lines are wanted, if not twenty. */
  readonly lines?: number
}

export interface OneShotResult {
  readonly exitCode: number
  /** The last lines of its log. */
  readonly tail: readonly string[]
}

/**
 * Runs a one-shot container to its end and removes it. If one of that name still runs, because whoever started it
 * died, then it is awaited, and no second is started if it has the same labels; one that has ended is cleared away
 * first. Cancelling leaves it running, for the next call to find.
 */
export async function runOneShot(
  engine: Engine,
  oneShot: OneShot,
  signal?: AbortSignal,
): Promise<OneShotResult> {
  const { name, labels } = oneShot
  const found = await inspectContainer(engine, name)
  const isOurs = hasLabels(found, labels)
  const running = found?.State.Running === true
  if (running && !isOurs) await awaitEnd(engine, name, signal)
  if (!running || !isOurs) await start(engine, oneShot)
  const exitCode = await awaitEnd(engine, name, signal)
  const tail = await logsTail(engine, name, oneShot.lines)
  await removeContainer(engine, name)
  return { exitCode, tail }
}

async function start(engine: Engine, oneShot: OneShot): Promise<void> {
  const { name, container } = oneShot
  const { host, api } = engine
  const options = createOptions(container, oneShot)
  // Nobody asks for the health of what ends by itself, and a service's own check would fail in it.
  delete options.Healthcheck
  await removeContainer(engine, name)
  await asking(host, `start ${name}`, async () => {
    const created = await api.createContainer({
      ...options,
      name,
      Env: [...(options.Env ?? []), ...environmentList(oneShot.environment ?? {})],
      ...(oneShot.command && { Cmd: [...oneShot.command] }),
      HostConfig: { ...options.HostConfig, RestartPolicy: { Name: 'no' } },
    })
    await created.start()
  })
}

/** Waits until a container has ended. Returns its exit code. */
export async function awaitEnd(
  engine: Engine,
  name: string,
  signal?: AbortSignal,
): Promise<number> {
  const ended = (await asking(engine.host, `wait for ${name}`, () =>
    engine.api.getContainer(name).wait(signal ? { abortSignal: signal } : {}),
  )) as { StatusCode: number }
  return ended.StatusCode
}
