import { backendName } from '../src/catalog/haproxy-frontend.js'
import { shortHostname } from '../src/catalog/host-view.js'
import { frontendNamesOf } from '../src/catalog/render.js'
import { drainServers, readyServers } from '../src/host/haproxy-server.js'
import { HostUnreachable } from '../src/ssh/errors.js'
import { allEnded } from './all-ended.js'
import type { CloudContext } from './cloud-context.js'
import { cancellation, report } from './progress.js'

/** How long sessions of a member that is about to go may last, in seconds: the services' pools renew them after ten. */
const DRAIN_TIMEOUT = 15

/**
 * Nobody is sent to a member while `body` runs, which is told whether the last session has ended; whatever comes of it,
 * HAProxy's own check decides afterwards.
 */
export async function drained(
  cloud: CloudContext,
  host: string,
  containers: readonly string[],
  body: (idle: boolean) => Promise<void>,
): Promise<void> {
  report('draining')
  try {
    const empty = await allEnded(
      balancersOf(cloud, host, containers).map(({ remote, servers }) =>
        drainServers(remote, servers, { seconds: DRAIN_TIMEOUT, ...cancellation() }),
      ),
    )
    // Draining takes a while: of a run that has ended meanwhile, nobody stops a member any more.
    cancellation().signal.throwIfAborted()
    await body(empty.length > 0 && empty.every(Boolean))
  } finally {
    await giveBack(cloud, host, containers)
  }
}

/** HAProxy's own check decides about a member again, if it was drained. */
export async function giveBack(
  cloud: CloudContext,
  host: string,
  containers: readonly string[],
): Promise<void> {
  await allEnded(
    balancersOf(cloud, host, containers).map(({ remote, servers }) =>
      readyServers(remote, servers).catch(unlessAway),
    ),
  )
}

/** A load balancer that is away has forgotten the drain when it is back. */
function unlessAway(error: unknown): void {
  if (!(error instanceof HostUnreachable)) throw error
}

/** Every load balancer, with what it calls containers of a host. */
function balancersOf(cloud: CloudContext, host: string, containers: readonly string[]) {
  const member = shortHostname(cloud.context(host).host)
  const frontends = containers.flatMap((name) => frontendNamesOf(cloud.cloud, name))
  const servers = frontends.map((name) => `${backendName(name)}/${member}`)
  if (servers.length === 0) return []
  return cloud.members('loadbalancer').map((name) => ({ remote: cloud.remote(name), servers }))
}
