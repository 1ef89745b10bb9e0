import { raw, sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/**
 * Has a host's HAProxy send nobody new to some servers (`mariadb_back/kolla1` in its words), and waits, for a while,
 * until their last session has ended. Returns whether it has. Nothing happens where no HAProxy runs.
 */
export async function drainServers(
  remote: Remote,
  servers: readonly string[],
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal },
): Promise<boolean> {
  const said = await remote.runOrFail(
    sh`deadline=${seconds} servers=${` ${servers.join(' ')} `} commands=${set(servers, 'drain')}\n` +
      drain,
    { title: `drain ${servers.join(', ')}`, ...(signal && { signal }) },
  )
  return said.stdout.trim() === 'idle'
}

/** Takes a drain back. */
export async function readyServers(remote: Remote, servers: readonly string[]): Promise<void> {
  await remote.runOrFail(sh`${raw(ask)}\ntell ${set(servers, 'ready')}`, {
    title: `give ${servers.join(', ')} back`,
  })
}

function set(servers: readonly string[], state: 'drain' | 'ready'): string {
  return servers.map((server) => `set server ${server} state ${state}`).join('; ')
}

/** keepalived's container has socat and HAProxy's socket, for its own check. */
const ask = `
tell() {
  docker exec -i keepalived socat -t 5 stdio unix-connect:/var/lib/kolla/haproxy/haproxy.sock <<<"$1" 2>/dev/null || true
}`

const drain = `${ask}
while ((SECONDS < deadline)); do
  stat=$(tell "$commands; show stat")
  [[ -n $stat ]] || exit 0 # no HAProxy
  sessions=$(awk -F, -v servers="$servers" 'index(servers, " " $1 "/" $2 " ") { n += $5 } END { print n + 0 }' <<<"$stat")
  [[ $sessions != 0 ]] || { echo idle; exit 0; }
  sleep 0.1
done
`
