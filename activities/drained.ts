import { contextOf, shortHostname } from '../src/catalog/host-view.js'
import { drainBackend, readyBackend } from '../src/host/haproxy-server.js'
import { allEnded } from './all-ended.js'
import type { CloudContext } from './cloud-context.js'
import { cancellation, report } from './progress.js'

/** How long sessions of a member that is about to go may last, in seconds: the services' pools renew them after ten. */
const DRAIN_TIMEOUT = 15

/** Nobody is sent to a member while `body` runs; whatever comes of it, HAProxy's own check decides afterwards. */
export async function drained(
  cloud: CloudContext,
  host: string,
  frontends: readonly string[],
  body: () => Promise<void>,
): Promise<void> {
  const server = shortHostname(contextOf(cloud.cloud, cloud.found.hosts, host).host)
  const backends = cloud
    .members('loadbalancer')
    .flatMap((name) =>
      frontends.map((frontend) => ({ remote: cloud.remote(name), backend: { frontend, server } })),
    )
  report('draining')
  try {
    await allEnded(
      backends.map(({ remote, backend }) =>
        drainBackend(remote, backend, { seconds: DRAIN_TIMEOUT, ...cancellation() }),
      ),
    )
    await body()
  } finally {
    await allEnded(backends.map(({ remote, backend }) => readyBackend(remote, backend)))
  }
}
