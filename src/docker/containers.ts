import { setTimeout } from 'node:timers/promises'
import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode'
import { successorOf } from '../plan/passing.js'
import type { Engine } from './engine.js'
import { asking, ifPresent, statusOf } from './errors.js'

/** Undefined when there is none of that name. */
export function inspectContainer(
  { host, api }: Engine,
  name: string,
): Promise<ContainerInspectInfo | undefined> {
  return ifPresent(host, `inspect ${name}`, () => api.getContainer(name).inspect())
}

export async function isRunning(engine: Engine, name: string): Promise<boolean> {
  return (await inspectContainer(engine, name))?.State.Running === true
}

/**
 * Puts a container in the place of the one with this name, if any, and starts it. The new one is created beforehand
 * under a name of its own, so that the service is away only from the stop to the start; one that stands by already
 * takes over. `idle`: nobody is served by the old one, so that it needs no time to end. May be killed and repeated.
 */
export async function replaceContainer(
  engine: Engine,
  name: string,
  options: ContainerCreateOptions,
  { idle = false }: { readonly idle?: boolean } = {},
): Promise<void> {
  const next = successorOf(name)
  if (!(await standsBy(engine, name, options))) await createSuccessor(engine, name, options)
  if (!idle) await stopContainer(engine, name)
  await removeContainer(engine, name)
  await asking(engine.host, `name ${name}`, () => engine.api.getContainer(next).rename({ name }))
  await startContainer(engine, name)
}

/** Starts the successor of a container beside it, under the name of `successorOf`. May be killed and repeated. */
export async function startSuccessor(
  engine: Engine,
  name: string,
  options: ContainerCreateOptions,
): Promise<void> {
  if (await standsBy(engine, name, options)) return
  await createSuccessor(engine, name, options)
  await startContainer(engine, successorOf(name))
}

async function createSuccessor(
  engine: Engine,
  name: string,
  options: ContainerCreateOptions,
): Promise<void> {
  const next = successorOf(name)
  await removeContainer(engine, next)
  await asking(engine.host, `create ${name}`, () =>
    engine.api.createContainer({ ...options, name: next }),
  )
}

/** Whether a successor runs that was made from the same. */
async function standsBy(
  engine: Engine,
  name: string,
  { Labels = {} }: ContainerCreateOptions,
): Promise<boolean> {
  const found = await inspectContainer(engine, successorOf(name))
  return found?.State.Running === true && hasLabels(found, Labels)
}

export function hasLabels(
  found: ContainerInspectInfo | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(labels).every(([key, value]) => found?.Config.Labels[key] === value)
}

/** Starts a container; nothing happens to one that runs. */
export async function startContainer({ host, api }: Engine, name: string): Promise<void> {
  await unlessDone(() => asking(host, `start ${name}`, () => api.getContainer(name).start()))
}

/** Stops it in its own time, or in so many `seconds`; nothing happens to one that is stopped or missing. */
export async function stopContainer(
  { host, api }: Engine,
  name: string,
  seconds?: number,
): Promise<void> {
  const options = seconds === undefined ? {} : { t: seconds }
  await unlessDone(() =>
    ifPresent(host, `stop ${name}`, () => api.getContainer(name).stop(options)),
  )
}

/** Its volumes stay. */
export async function stopAndRemove(engine: Engine, name: string): Promise<void> {
  await stopContainer(engine, name)
  await removeContainer(engine, name)
}

/** Names of containers that begin so and that carry no `label`, stopped ones too by default. */
export async function listContainers(
  { host, api }: Engine,
  beginning: string,
  label: string,
  { all = true }: { readonly all?: boolean } = {},
): Promise<string[]> {
  const filters = { name: [`^/?${beginning}`] }
  const found = await asking(host, `list containers ${beginning}…`, () =>
    api.listContainers({ all, filters }),
  )
  return found
    .filter(({ Labels }) => Labels[label] === undefined)
    .flatMap(({ Names }) => Names.map((name) => name.replace(/^\//, '')))
    .filter((name) => name.startsWith(beginning))
}

/** How long a removal that somebody else has begun may take, in milliseconds. */
const REMOVING = 30_000

/** At once, with SIGKILL; its volumes stay. Nothing happens where none is; a removal that is in progress is awaited. */
export async function removeContainer({ host, api }: Engine, name: string): Promise<void> {
  const until = Date.now() + REMOVING
  for (;;) {
    try {
      await ifPresent(host, `remove ${name}`, () => api.getContainer(name).remove({ force: true }))
      return
    } catch (error) {
      if (engineStatus(error) !== 409 || Date.now() > until) throw error
      await setTimeout(200)
    }
  }
}

/** 304: it is in the wanted state already. */
async function unlessDone(ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask()
  } catch (error) {
    if (engineStatus(error) !== 304) throw error
  }
}

/** HTTP status of a refusal that has become a sentence. */
function engineStatus(error: unknown): number | undefined {
  return statusOf(error instanceof Error ? error.cause : undefined)
}
