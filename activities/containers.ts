import type { ContainerInspectInfo } from 'dockerode'
import type { Container } from '../src/catalog/container.js'
import { frontendNamesOf, logFoldersOf } from '../src/catalog/render.js'
import { helpersOf } from '../src/catalog/index.js'
import { createOptions } from '../src/docker/create-options.js'
import {
  hasLabels,
  inspectContainer,
  isRunning,
  listContainers,
  removeContainer,
  replaceContainer,
  startContainer as startStopped,
  startSuccessor,
  stopAndRemove,
  stopContainer,
} from '../src/docker/containers.js'
import type { Engine } from '../src/docker/engine.js'
import { execIn } from '../src/docker/exec.js'
import type { ExecOptions } from '../src/docker/exec.js'
import { awaitEnd, runOneShot } from '../src/docker/one-shot.js'
import type { OneShot } from '../src/docker/one-shot.js'
import { writeConfiguration } from '../src/host/configuration.js'
import { awaitProbes } from '../src/host/wait.js'
import type { LongWork } from '../src/host/wait.js'
import { RemoteError } from '../src/ssh/errors.js'
import { label, labelsOf } from '../src/plan/desired.js'
import { keyedDigest } from '../src/plan/digest.js'
import { successorOf } from '../src/plan/passing.js'
import { allEnded } from './all-ended.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { drained, giveBack } from './drained.js'
import { awaitRouters, routersBefore } from './ha-routers.js'
import { cancellation, report } from './progress.js'

/** How long a service may take until it does its work, in milliseconds. */
export const HEALTH_TIMEOUT = 300_000

export function containerActivities(contexts: CloudContexts) {
  return {
    /**
     * Starts or replaces containers of one service on a host. Nobody is sent to one that is replaced meanwhile, and what
     * it was asked is answered first. Returns when the service does its work there.
     */
    async startContainers(ref: CloudRef, host: string, names: readonly string[]): Promise<void> {
      await startAll(await contexts.get(ref), host, names)
    },

    /** Writes the configuration of all containers of a service on a host and starts them. */
    async startService(ref: CloudRef, host: string, service: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const own = cloud.containers(host).filter((container) => container.service === service)
      await writeConfiguration(cloud.remote(host), own, cancellation())
      await startAll(
        cloud,
        host,
        own.map(({ name }) => name),
      )
    },

    /** Starts new containers beside those that serve, where they can stand by; what does not load takes nothing away. */
    async prepareSuccessors(ref: CloudRef, host: string, names: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      await allEnded(names.map((name) => standBy(cloud, host, name)))
    },

    /** Takes away those that stand by and whose turn does not come, unless one is the only one that is left. */
    async withdrawSuccessors(ref: CloudRef, host: string, names: readonly string[]): Promise<void> {
      const engine = (await contexts.get(ref)).engine(host)
      await allEnded(
        names.map(async (name) => {
          if (await isRunning(engine, name)) await removeContainer(engine, successorOf(name))
        }),
      )
    },

    /** Waits until a service that runs on a host does its work; by default every service that it should run. */
    async awaitHealth(ref: CloudRef, host: string, service?: string): Promise<void> {
      await proveHealth(await contexts.get(ref), host, service)
    },

    /** Stops a container in its own time and removes it; its volumes stay. A one-shot comes to its end first. */
    async removeContainer(ref: CloudRef, host: string, name: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const engine = cloud.engine(host)
      const found = await inspectContainer(engine, name)
      if (found?.State.Running === true && found.Config.Labels[label.oneShot] !== undefined) {
        report(`waiting for ${name}`)
        await awaitEnd(engine, name, cancellation().signal)
      }
      await stopContainer(engine, name)
      // Helpers tell no plan that they are ours: their container does, for as long as it is there.
      await endHelpers(engine, name)
      await removeContainer(engine, name)
    },
  }
}

async function startAll(
  cloud: CloudContext,
  host: string,
  names: readonly string[],
): Promise<void> {
  const services = [...new Set(names.map((name) => cloud.container(host, name).service))]
  const engine = cloud.engine(host)
  const balanced = names.filter((name) => frontendNamesOf(cloud.cloud, name).length > 0)
  const found = await Promise.all(
    balanced.map(async (name) => {
      const [present, next] = await Promise.all([
        inspectContainer(engine, name),
        inspectContainer(engine, successorOf(name)),
      ])
      return { name, serves: present?.State.Running === true, isNew: !present && !next }
    }),
  )
  const serving = found.flatMap(({ name, serves }) => (serves ? [name] : []))
  // An attempt that was killed after it had stopped the old one has left it drained. HAProxy's own check still keeps
  // everybody away until it answers.
  const left = found.flatMap(({ name, serves, isNew }) => (serves || isNew ? [] : [name]))
  const start = async (idle: boolean) => {
    await allEnded(
      names.map((name) =>
        startContainer(cloud, host, name, { idle: idle && serving.includes(name) }),
      ),
    )
    for (const service of services) await proveHealth(cloud, host, service)
  }
  const routers = await routersBefore(engine, names)
  await allEnded([
    serving.length > 0 ? drained(cloud, host, serving, start) : start(false),
    ...(left.length > 0 ? [giveBack(cloud, host, left)] : []),
  ])
  await awaitRouters(engine, names, routers)
}

/**
 * Creates, replaces or starts a container, unless it runs already as it should. Where no plan has looked for its image,
 * the one that is there is started as it is.
 */
export async function startContainer(
  cloud: CloudContext,
  host: string,
  name: string,
  replacement?: { readonly idle: boolean },
): Promise<void> {
  const engine = cloud.engine(host)
  report(`starting ${name}`)
  if (await isAsWanted(cloud, host, name)) return startStopped(engine, name)
  const { options } = creation(cloud, host, name)
  if (!(await keepsHelpers(engine, name, options.Labels ?? {}))) {
    await stopContainer(engine, name)
    await endHelpers(engine, name)
  }
  await replaceContainer(engine, name, options, replacement)
}

/**
 * Whether what a container has started itself is still to go on: it was of the same image and environment. An attempt that
 * was killed after it had removed the old container has seen to that, and left the new one under its first name.
 */
async function keepsHelpers(
  engine: Engine,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (helpersOf(name) === undefined) return true
  const { [label.image]: image = '', [label.definition]: definition = '' } = labels
  const present =
    (await inspectContainer(engine, name)) ?? (await inspectContainer(engine, successorOf(name)))
  return hasLabels(present, { [label.image]: image, [label.definition]: definition })
}

/** Stops, in their own time, the containers that a container has started itself; they have no labels of ours. */
async function endHelpers(engine: Engine, name: string): Promise<void> {
  const beginning = helpersOf(name)
  if (beginning === undefined) return
  const helpers = await listContainers(engine, beginning, label.cloud)
  await allEnded(helpers.map((helper) => stopAndRemove(engine, helper)))
}

/** Whether a container is there, and needs no other in its place. */
export async function isAsWanted(
  cloud: CloudContext,
  host: string,
  name: string,
): Promise<boolean> {
  const { options, image } = creation(cloud, host, name)
  const present = await inspectContainer(cloud.engine(host), name)
  if (!present || isPastStarting(present)) return false
  return image.digest === '' || hasLabels(present, options.Labels ?? {})
}

/** Docker starts no such container: another one is made in its place. */
function isPastStarting({ State: { Paused, Dead, Status } }: ContainerInspectInfo): boolean {
  return Paused || Dead || Status === 'removing'
}

/**
 * Starts the container that is to take the place of one that runs beside it, if it can stand by, and waits until it can
 * take over. One that does not come so far is removed again, and the other goes on.
 */
async function standBy(cloud: CloudContext, host: string, name: string): Promise<void> {
  const { standby, service } = cloud.container(host, name)
  const engine = cloud.engine(host)
  const { options } = creation(cloud, host, name)
  const present = await inspectContainer(engine, name)
  const serves = present?.State.Running === true
  if (!standby || !serves || hasLabels(present, options.Labels ?? {})) return
  const container = successorOf(name)
  report(`starting ${container}`)
  try {
    await startSuccessor(engine, name, options)
    await awaitProbes(cloud.remote(host), [{ kind: 'exec', container, command: standby }], {
      title: `${container} ready to take over`,
      timeoutMs: HEALTH_TIMEOUT,
      containers: [container],
      logs: logFoldersOf([service]),
      ...cancellation(),
    })
  } catch (error) {
    await removeContainer(engine, container).catch(() => undefined)
    throw error
  }
}

/** What a container is made from. */
function creation(cloud: CloudContext, host: string, name: string) {
  const container = cloud.container(host, name)
  const desired = cloud.desired(host, container)
  const labels = labelsOf(cloud.cloud.name, desired)
  const { image } = desired
  return { image, options: createOptions(container, { image: image.ref, labels }) }
}

/** Waits on the host until everything that the catalogue asks of a service is true, `after` some long work. */
export async function proveHealth(
  cloud: CloudContext,
  host: string,
  service?: string,
  after?: LongWork,
): Promise<void> {
  const containers = cloud.containers(host).filter((it) => it.service === (service ?? it.service))
  const services = [...new Set(containers.map((container) => container.service))]
  report(`waiting for ${services.join(', ')}`)
  const { signal } = cancellation()
  const probes = services.flatMap((name) => cloud.probes(host, name))
  await awaitProbes(cloud.remote(host), probes, {
    title: `${services.join(', ')} healthy`,
    timeoutMs: HEALTH_TIMEOUT,
    ...(after && { after }),
    containers: containers.map((container) => container.name),
    logs: logFoldersOf(services),
    restarts: changesHosts(cloud),
    signal,
  })
}

/** The same of one container and what its component asks for. */
export async function proveComponent(
  cloud: CloudContext,
  host: string,
  name: string,
): Promise<void> {
  const { service } = cloud.container(host, name)
  report(`waiting for ${name}`)
  await awaitProbes(cloud.remote(host), cloud.probes(host, service, name), {
    title: `${name} healthy`,
    timeoutMs: HEALTH_TIMEOUT,
    containers: [name],
    logs: logFoldersOf([service]),
    restarts: changesHosts(cloud),
    ...cancellation(),
  })
}

/** Only a run that holds the cloud restarts what hangs: `check` may look while another one is at work. */
function changesHosts({ lock }: CloudContext): boolean {
  return lock !== undefined
}

/**
 * Runs a one-shot container with a service's image (or another one), configuration and volumes. Returns the last lines
 * of its log.
 *
 * @throws RemoteError if it fails
 */
export async function runOnce(
  cloud: CloudContext,
  host: string,
  container: Container,
  oneShot: Pick<OneShot, 'name' | 'command' | 'environment' | 'lines'> & {
    /** Whether it may be ended at any time: what it makes is looked at by nobody before it has ended well. */
    readonly scratch?: boolean
  },
  ofImage?: string,
): Promise<readonly string[]> {
  const desired = cloud.desired(host, container)
  const image = ofImage ?? desired.image.ref
  const takes = keyedDigest(cloud.digestKey, JSON.stringify([oneShot, desired, image]))
  const labels = {
    [label.cloud]: cloud.cloud.name,
    [label.oneShot]: takes,
    ...(cloud.lock !== undefined && { [label.lock]: cloud.lock }),
    ...(oneShot.scratch === true && { [label.scratch]: 'yes' }),
  }
  report(oneShot.name)
  const { exitCode, tail } = await runOneShot(
    cloud.engine(host),
    { ...oneShot, container, image, labels },
    cancellation().signal,
  )
  if (exitCode !== 0) throw new RemoteError(host, `container ${oneShot.name}`, exitCode, tail)
  return tail
}

/**
 * Runs a command in a service's container, until the step is cancelled by default.
 *
 * @throws RemoteError with what it says when it fails
 */
export async function ask(
  cloud: CloudContext,
  host: string,
  container: string,
  command: readonly string[],
  options: Pick<ExecOptions, 'signal'> = cancellation(),
): Promise<string> {
  const { code, stdout, stderr } = await execIn(cloud.engine(host), container, command, options)
  if (code === 0) return stdout
  const tail = (stderr + stdout).trim().split('\n').slice(-20)
  throw new RemoteError(host, `${command.join(' ')} in ${container}`, code, tail)
}
