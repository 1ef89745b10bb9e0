import { raw, sh } from '../../ssh/quote.js'

/**
 * Bash that tells what is drained: notes of ours, and the members to which the host's HAProxy sends nobody because it was
 * told so (bit 8 of their administrative state). HAProxy is asked on its socket, by the one protocol of curl's that sends
 * a line as it is: 10 ms, where to enter a container takes 100 to 200 on the lab. `docker` holds version and data folder
 * of the engine.
 */
export function drainedScript(notes: string): string {
  return sh`
section drained
for note in ${notes}/*; do [[ ! -f $note ]] || echo "${raw('${note##*/}')}"; done
socket=${raw('${docker[1]}')}/volumes/haproxy_socket/_data/haproxy.sock
if [[ -S $socket ]]; then
  servers=$(curl --silent --max-time 5 --unix-socket "$socket" gopher://haproxy/1show%20servers%20state)
  # Its build may know no gopher.
  (($? != 1)) || servers=$(docker exec --interactive keepalived socat -t 5 stdio unix-connect:/var/lib/kolla/haproxy/haproxy.sock <<<'show servers state' 2>/dev/null)
  while read -r _ backend _ server _ _ state _; do
    [[ ! $state =~ ^[0-9]+$ ]] || ((! (state & 8))) || echo "$backend/$server"
  done <<<"$servers"
fi
`
}
