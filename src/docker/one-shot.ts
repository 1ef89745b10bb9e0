import type { Container } from '../catalog/container.js'
import { createOptions, environmentList } from './create-options.js'
import type { CreateSettings } from './create-options.js'
import { inspectContainer, removeContainer } from './containers.js'
import type { Engine } from './engine.js'
import { asking } from './errors.js'
import { logsTail } from './output.js'

/** A container that does one thing and ends: a bootstrap, a database schema's sync. */
export interface OneShot extends CreateSettings {
  /** Its own name, such as `bootstrap_keystone`: who finds one running under it waits for that one. */
  readonly name: string
  /** Whose configuration, volumes and limits it works with. */
  readonly container: Container
  /** On top of the container's own; may be secret, for it goes nowhere but to the engine. */
  readonly environment?: Readonly<Record<string, string>>
  /** In place of the image's own. */
  readonly command?: readonly string[]
  /** Standard input. */
  readonly input?: string | Buffer
}

export interface OneShotResult {
  readonly exitCode: number
  /** The last lines of its log. */
  readonly tail: readonly string[]
}

/**
 * Runs a one-shot container to its end and removes it. If one of that name still runs, because whoever started it
 * died, then that one is awaited instead and no second is started; one that has ended is cleared away first.
 * Cancelling leaves it running, for the next call to find.
 */
export async function runOneShot(
  engine: Engine,
  oneShot: OneShot,
  signal?: AbortSignal,
): Promise<OneShotResult> {
  const { name } = oneShot
  const running = (await inspectContainer(engine, name))?.State.Running === true
  if (!running) await start(engine, oneShot)
  const exitCode = await awaitEnd(engine, name, signal)
  const tail = await logsTail(engine, name)
  await removeContainer(engine, name)
  return { exitCode, tail }
}

async function start(engine: Engine, oneShot: OneShot): Promise<void> {
  const { name, container, input } = oneShot
  const { host, api } = engine
  const options = createOptions(container, oneShot)
  await removeContainer(engine, name)
  await asking(host, `start ${name}`, async () => {
    const created = await api.createContainer({
      ...options,
      name,
      Env: [...(options.Env ?? []), ...environmentList(oneShot.environment ?? {})],
      ...(oneShot.command && { Cmd: [...oneShot.command] }),
      ...(input !== undefined && { AttachStdin: true, OpenStdin: true, StdinOnce: true }),
      HostConfig: { ...options.HostConfig, RestartPolicy: { Name: 'no' } },
    })
    if (input === undefined) {
      await created.start()
      return
    }
    const stdin = await created.attach({ stream: true, stdin: true, hijack: true })
    await created.start()
    await new Promise<void>((resolve) => stdin.end(input, resolve))
  })
}

async function awaitEnd(engine: Engine, name: string, signal?: AbortSignal): Promise<number> {
  const ended = (await asking(engine.host, `wait for ${name}`, () =>
    engine.api.getContainer(name).wait(signal ? { abortSignal: signal } : {}),
  )) as { StatusCode: number }
  return ended.StatusCode
}
