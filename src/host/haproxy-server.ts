import { raw, sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/** A member behind a frontend: `mariadb_back/kolla1` in HAProxy's words. */
export interface Backend {
  readonly frontend: string
  readonly server: string
}

/**
 * Has a host's HAProxy send nobody new to a member, and waits, for a while, until its last session has ended. Returns
 * whether it has. Nothing happens where no HAProxy runs.
 */
export async function drainBackend(
  remote: Remote,
  { frontend, server }: Backend,
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal },
): Promise<boolean> {
  const said = await remote.runOrFail(
    sh`back=${`${frontend}_back`} server=${server} deadline=${seconds}\n` + drain,
    { title: `drain ${server} of ${frontend}`, ...(signal && { signal }) },
  )
  return said.stdout.trim() === 'idle'
}

/** Takes a drain back. */
export async function readyBackend(remote: Remote, { frontend, server }: Backend): Promise<void> {
  await remote.runOrFail(
    sh`back=${`${frontend}_back`} server=${server}\n${raw(ask)}
tell "set server $back/$server state ready"`,
    { title: `give ${server} of ${frontend} back` },
  )
}

/** keepalived's container has socat and HAProxy's socket, for its own check. */
const ask = `
tell() {
  docker exec -i keepalived socat -t 5 stdio unix-connect:/var/lib/kolla/haproxy/haproxy.sock <<<"$1" 2>/dev/null || true
}`

const drain = `${ask}
while ((SECONDS < deadline)); do
  stat=$(tell "set server $back/$server state drain; show stat")
  [[ -n $stat ]] || exit 0 # no HAProxy
  sessions=$(awk -F, -v b="$back" -v s="$server" '$1 == b && $2 == s { print $5 }' <<<"$stat")
  [[ \${sessions:-0} != 0 ]] || { echo idle; exit 0; }
  sleep 0.1
done
`
