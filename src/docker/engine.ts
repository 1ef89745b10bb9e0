import { Agent } from 'node:http'
import type { ClientRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import { inspect } from 'node:util'
import type { ConstructorOptions } from 'docker-modem'
import Docker from 'dockerode'
import type { Remote } from '../ssh/remote.js'

/** The Docker engine of one host, reached through its SSH login; no port is opened. */
export interface Engine {
  /** Inventory name, for messages. */
  readonly host: string
  readonly api: Docker
}

const engines = new WeakMap<Remote, Engine>()

/** Talks to nothing yet. The same remote always has the same engine. */
export function dockerEngine(remote: Remote): Engine {
  const known = engines.get(remote)
  if (known) return known
  // The address is for the HTTP header only; the types do not know that all options go to docker-modem.
  const options: Docker.DockerOptions & ConstructorOptions = {
    protocol: 'http',
    host: 'docker',
    port: 80,
    agent: new DialAgent(remote),
  }
  const engine = { host: remote.host, api: new Docker(options) }
  engines.set(remote, engine)
  return engine
}

const idleMs = 10_000

/** A process of a channel that has this in its environment may be ended: no request gets in any more, and those that are under way come to their end. */
export const inletVariable = 'KOLLA_TEMPORAL_INLET'

const dial = `exec docker system dial-stdio < <(${inletVariable}=yes exec cat)`

/** Every socket is a channel to `docker system dial-stdio`; few are kept, so that the SSH login may become idle. */
class DialAgent extends Agent {
  private readonly idle = new WeakMap<Duplex, NodeJS.Timeout>()

  constructor(private readonly remote: Remote) {
    super({ keepAlive: true, maxSockets: 5, maxFreeSockets: 3 })
  }

  /** docker-modem inspects its request, agent and all, to any depth, before it knows whether anybody wants to see it. */
  [inspect.custom](): string {
    return `DialAgent of ${this.remote.host}`
  }

  override createConnection(
    _options: unknown,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.remote.open(dial, { title: 'reach the Docker engine' }).then(
      (stream) => callback?.(null, Object.assign(stream, socketMethods)),
      (error: unknown) => callback?.(error as Error, undefined as unknown as Duplex),
    )
  }

  override keepSocketAlive(stream: Duplex): boolean {
    super.keepSocketAlive(stream)
    this.idle.set(stream, setTimeout(() => stream.destroy(), idleMs).unref())
    return true
  }

  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    clearTimeout(this.idle.get(stream))
    super.reuseSocket(stream, request)
  }
}

/** What http.Agent asks of a socket and a channel has no need of. */
const socketMethods = {
  ref: () => undefined,
  unref: () => undefined,
  setKeepAlive: () => undefined,
  setTimeout: () => undefined,
}
