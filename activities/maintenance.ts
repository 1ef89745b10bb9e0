import { DockerError } from '../src/docker/errors.js'
import { execIn } from '../src/docker/exec.js'
import type { ExecResult } from '../src/docker/exec.js'
import { leaveNote, removeNote } from '../src/host/notes.js'
import { notes } from '../src/plan/drained.js'
import { RemoteError, RemoteTimeout } from '../src/ssh/errors.js'
import type { CloudContext } from './cloud-context.js'
import { cancellation, report } from './progress.js'

/** How long a node of RabbitMQ may take to hand its work over, or to take work again, in milliseconds. */
const MAINTENANCE_TIMEOUT = { drain: 480_000, revive: 60_000 }

/** A node's work is with the others while `body` replaces it; one that was not replaced takes work again. */
export async function withoutWork(
  cloud: CloudContext,
  host: string,
  body: () => Promise<void>,
): Promise<void> {
  report('draining')
  await leaveNote(cloud.remote(host), notes.rabbitmq)
  try {
    await maintain(cloud, host, 'drain')
    cancellation().signal.throwIfAborted()
    await body()
  } catch (error) {
    // Why it failed matters more; what is not given back here is noted.
    await revive(cloud, host).catch(() => undefined)
    throw error
  }
  await worksAgain(cloud, host)
}

/** A node takes work again, if one runs: what is started anew does so by itself. */
export async function revive(cloud: CloudContext, host: string): Promise<void> {
  const said = await maintain(cloud, host, 'revive')
  if (said && said.code !== 0) {
    const tail = `${said.stdout}\n${said.stderr}`.trim().split('\n').slice(-10)
    throw new RemoteError(host, 'rabbitmq-upgrade revive', said.code, tail)
  }
  await worksAgain(cloud, host)
}

export async function worksAgain(cloud: CloudContext, host: string): Promise<void> {
  await removeNote(cloud.remote(host), notes.rabbitmq)
}

/**
 * To its end, even if the step is cancelled: a drain that goes on unattended would come after its own revival. A node
 * that is down has nothing to hand over, or to take, and says nothing.
 */
async function maintain(
  cloud: CloudContext,
  host: string,
  verb: keyof typeof MAINTENANCE_TIMEOUT,
): Promise<ExecResult | undefined> {
  const command = ['rabbitmq-upgrade', '--quiet', verb]
  const timeoutMs = MAINTENANCE_TIMEOUT[verb]
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    return await execIn(cloud.engine(host), 'rabbitmq', command, { signal })
  } catch (error) {
    if (signal.aborted) throw new RemoteTimeout(host, command.join(' '), timeoutMs, [])
    if (error instanceof RemoteError || error instanceof DockerError) return undefined
    throw error
  }
}
