import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode'
import type { Engine } from './engine.js'
import { asking, ifPresent, statusOf } from './errors.js'

/** Undefined when there is none of that name. */
export function inspectContainer(
  { host, api }: Engine,
  name: string,
): Promise<ContainerInspectInfo | undefined> {
  return ifPresent(host, `inspect ${name}`, () => api.getContainer(name).inspect())
}

/**
 * Puts a container in the place of the one with this name, if any, and starts it. The new one is created beforehand
 * under a name of its own, so that the service is away only from the stop to the start. May be killed and repeated.
 */
export async function replaceContainer(
  engine: Engine,
  name: string,
  options: ContainerCreateOptions,
): Promise<void> {
  const { host, api } = engine
  const next = `${name}.next`
  await removeContainer(engine, next)
  const created = await asking(host, `create ${name}`, () =>
    api.createContainer({ ...options, name: next }),
  )
  await stopAndRemove(engine, name)
  await asking(host, `name ${name}`, () => created.rename({ name }))
  await startContainer(engine, name)
}

/** Starts a container; nothing happens to one that runs. */
export async function startContainer({ host, api }: Engine, name: string): Promise<void> {
  await unlessDone(() => asking(host, `start ${name}`, () => api.getContainer(name).start()))
}

/** Stops it in its own time; nothing happens to one that is stopped or missing. */
export async function stopContainer({ host, api }: Engine, name: string): Promise<void> {
  await unlessDone(() => ifPresent(host, `stop ${name}`, () => api.getContainer(name).stop()))
}

/** Its volumes stay. */
export async function stopAndRemove(engine: Engine, name: string): Promise<void> {
  await stopContainer(engine, name)
  await removeContainer(engine, name)
}

/** At once, with SIGKILL; its volumes stay. Nothing happens where none is. */
export async function removeContainer({ host, api }: Engine, name: string): Promise<void> {
  await ifPresent(host, `remove ${name}`, () => api.getContainer(name).remove({ force: true }))
}

/** 304: it is in the wanted state already. */
async function unlessDone(ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask()
  } catch (error) {
    if (statusOf(error instanceof Error ? error.cause : undefined) !== 304) throw error
  }
}
