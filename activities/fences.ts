import { hostname } from 'node:os'
import { Connection, WorkflowNotFoundError } from '@temporalio/client'
import { HostTaken, LockLost, claimHost, findOwner } from '../src/host/fence.js'
import type { Hold, Mark, Owner, Refusal } from '../src/host/fence.js'
import { FencedRemote } from '../src/host/fenced-remote.js'
import type { Remote } from '../src/ssh/remote.js'
import { readStateId } from '../src/state/state-id.js'
import { lockId } from '../workflows/lock-id.js'
import type { Adapters } from './adapters.js'
import { report } from './progress.js'

/** Where a worker works from. */
type Home = Omit<Owner, 'cloud'>

/** Which run may change a host: the one whose lock has marked it. See docs/decisions/0021. */
export class Fences {
  readonly #remotes = new WeakMap<Remote, FencedRemote>()
  #home: Promise<Home> | undefined

  constructor(private readonly adapters: Adapters) {}

  /** A host for a run that holds its cloud. */
  fenced(remote: Remote, cloud: string, hold: Hold): Remote {
    const known = this.#remotes.get(remote)
    if (known?.hold.lock === hold.lock && known.hold.takeOver === hold.takeOver) return known
    const claim = (host: Remote, signal: AbortSignal | undefined) =>
      this.#claim(host, cloud, hold, signal)
    const made = new FencedRemote(remote, hold, { claim })
    this.#remotes.set(remote, made)
    return made
  }

  /** For a run that only looks. @throws HostTaken where the host is another cloud's */
  async checkOwner(remote: Remote, cloud: string, signal: AbortSignal): Promise<void> {
    const owner = { ...(await this.home()), cloud }
    const refusal = await findOwner(remote, owner, { signal })
    if (refusal) throw explain(remote.host, owner, refusal)
  }

  async home(): Promise<Home> {
    this.#home ??= this.#findHome()
    this.#home.catch(() => (this.#home = undefined))
    return this.#home
  }

  async #findHome(): Promise<Home> {
    const { client, stateDirectory } = this.adapters
    const { namespace } = client.options
    const { connection } = client
    const address = connection instanceof Connection ? connection.options.address : ''
    const [state, described] = await Promise.all([
      readStateId(stateDirectory),
      client.workflowService.describeNamespace({ namespace }),
    ])
    return {
      state,
      namespace: described.namespaceInfo?.id ?? namespace,
      place: `${hostname()}:${stateDirectory}`,
      server: `${address}/${namespace}`,
    }
  }

  async #claim(
    remote: Remote,
    cloud: string,
    hold: Hold,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (!(await this.#holds(cloud, hold))) {
      throw new LockLost(
        remote.host,
        `${hold.holder} no longer holds the lock of ${cloud}: it stops before it changes anything more; run the same command again`,
      )
    }
    const owner = { ...(await this.home()), cloud }
    const options = {
      ...(signal && { signal }),
      onWait: (what: string) => report(`waiting for ${what}`),
    }
    let refusal = await claimHost(remote, owner, hold, options)
    // Somebody has set the Temporal server's clock back: the server knows who holds the lock, a clock does not.
    if (refusal?.why === 'newer' && (await this.#holds(cloud, hold))) {
      refusal = await claimHost(remote, owner, hold, { ...options, over: refusal.mark.lock })
    }
    if (refusal) throw explain(remote.host, owner, refusal)
  }

  /** Whether the lock that a run got is still there. */
  async #holds(cloud: string, { lock }: Hold): Promise<boolean> {
    try {
      const { status } = await this.adapters.client.workflow
        .getHandle(lockId(cloud), lock)
        .describe()
      return status.name === 'RUNNING'
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false
      throw error
    }
  }
}

const takeOver = '`kolla-temporal bootstrap-servers --take-over`'

function explain(host: string, owner: Owner, refusal: Refusal): HostTaken | LockLost {
  if (refusal.why === 'labels') {
    return new HostTaken(
      host,
      `its containers belong to the cloud ${refusal.clouds}, and a host can be in one cloud only: remove them first (docker rm --force; volumes stay)`,
    )
  }
  const { mark } = refusal
  if (refusal.why === 'newer') {
    return new LockLost(
      host,
      `${mark.holder} has got the lock of ${owner.cloud} after this run, which stops before it changes anything more`,
    )
  }
  if (refusal.why === 'namespace') {
    return new HostTaken(
      host,
      `its last operation, ${mark.holder}, was one of another Temporal server or namespace (${mark.server}), which may still run: use that one, or end what runs there and take the host over with ${takeOver}`,
    )
  }
  return new HostTaken(host, `it belongs to the cloud ${whose(mark, owner)}`)
}

function whose(mark: Mark, { cloud }: Owner): string {
  return `${mark.cloud} of the state directory ${mark.place} (id ${mark.state}): work on it from there, or make it ${cloud}'s with ${takeOver}`
}
