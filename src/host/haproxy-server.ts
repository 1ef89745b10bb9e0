import { raw, sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'
import { tell } from './haproxy-socket.js'

/** How long a member that has just begun may take until HAProxy sends somebody there, in seconds: two checks, or three. */
const RISING = 5

/**
 * Has a host's HAProxy send nobody new to some servers (`mariadb_back/kolla1` in its words), and waits, for a while,
 * until their last session has ended. Returns whether it has. Where no other server of theirs is up, the others may be
 * about to come: they are waited for before. Nothing happens where no HAProxy runs.
 */
export async function drainServers(
  remote: Remote,
  servers: readonly string[],
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal },
): Promise<boolean> {
  const said = await remote.runOrFail(
    sh`rising=${RISING} seconds=${seconds} servers=${` ${servers.join(' ')} `} commands=${set(servers, 'drain')}\n` +
      drain,
    { title: `drain ${servers.join(', ')}`, ...(signal && { signal }) },
  )
  return said.stdout.trim() === 'idle'
}

/** Takes a drain back. */
export async function readyServers(remote: Remote, servers: readonly string[]): Promise<void> {
  await remote.runOrFail(sh`${raw(tell)}\ntell ${set(servers, 'ready')}`, {
    title: `give ${servers.join(', ')} back`,
  })
}

function set(servers: readonly string[], state: 'drain' | 'ready'): string {
  return servers.map((server) => `set server ${server} state ${state}`).join('; ')
}

/** Fields of `show stat`, counted from one: backend, server, …, sessions (5), …, state (18). */
const drain = `${tell}
alone() {
  awk -F, -v servers="$servers" '
    index(servers, " " $1 "/" $2 " ") { of[$1] = 1; next }
    $2 != "FRONTEND" && $2 != "BACKEND" { others[$1]++; up[$1] += $18 ~ /^(UP|no check)/ }
    END { for (name in of) if (others[name] && !up[name]) exit 0; exit 1 }
  ' <<<"$1"
}
while stat=$(tell 'show stat') && alone "$stat" && ((SECONDS < rising)); do sleep 0.2; done
[[ -n $stat ]] || exit 0 # no HAProxy
deadline=$((SECONDS + seconds))
while ((SECONDS < deadline)); do
  stat=$(tell "$commands; show stat")
  sessions=$(awk -F, -v servers="$servers" 'index(servers, " " $1 "/" $2 " ") { n += $5 } END { print n + 0 }' <<<"$stat")
  [[ $sessions != 0 ]] || { echo idle; exit 0; }
  sleep 0.1
done
`
