import { raw, sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'
import { tell } from './haproxy-socket.js'

/** The floating addresses, and the ports on them whose connections are short: those of APIs. */
export interface Floating {
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
}

export async function holdsAddresses(
  remote: Remote,
  { addresses }: Pick<Floating, 'addresses'>,
): Promise<boolean> {
  const { stdout } = await remote.runOrFail(
    sh`addresses=(${addresses})\n${raw(here)}if here; then echo held; fi`,
    { title: `look for ${addresses.join(', ')}` },
  )
  return stdout.includes('held')
}

/**
 * Stops a host's keepalived. If the floating addresses were here, clients don't notice: new ones are not answered, so
 * that they ask again after a second, when another host has them; requests that came before are answered, if that takes
 * no longer than `seconds`, and their connections closed in order. What is left then ends here, too: the host's own
 * connections would else hang for minutes.
 */
export async function leaveAddresses(
  remote: Remote,
  { addresses, ports }: Floating,
  { seconds }: { readonly seconds: number },
): Promise<void> {
  await remote.runOrFail(
    sh`addresses=(${addresses}) ports=${ports.join(',')} deadline=${seconds}\n` + leave,
    { title: `take ${addresses.join(', ')} off` },
  )
}

/**
 * Waits a while for the floating addresses to come to a host that does not have them. If they do, ends the host's own
 * connections to them: the answers would come from an address that is its own now.
 */
export async function receiveAddresses(
  remote: Remote,
  { addresses }: Floating,
  { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const { stdout } = await remote.runOrFail(
    sh`addresses=(${addresses}) deadline=${seconds}\n` + receive,
    { title: `receive ${addresses.join(', ')}`, signal },
  )
  return stdout.includes('received')
}

const here = `
here() { [[ $(ip -4 -o address show to "\${addresses[0]}") ]]; }
`

/**
 * The rule that holds clients back goes with the script or, if that is killed, by itself, at the latest when a later run
 * begins; and so does HAProxy's word to close each connection with its next answer. That is taken back while keepalived
 * runs, through whose container it is said.
 */
const leave = `${here}${tell}
leaving() { tell "experimental-mode on; set var proc.leaving bool($1)" >/dev/null; }
serves() {
  local address
  for address in "\${addresses[@]}"; do
    [[ $(ss -Htn state established "src $address and ( sport = :\${ports//,/ or sport = :} )") ]] && return
  done
  return 1
}
rules() {
  local address
  for address in "\${addresses[@]}"; do
    iptables --wait "$1" INPUT --destination "$address" ! --in-interface lo --protocol tcp --syn \\
      "\${@:2}" --jump DROP 2>/dev/null
  done
}
apis() { rules "$1" --match multiport --dports "$ports"; }
answer() {
  while apis --delete; do :; done
  while rules --delete; do :; done
  leaving false
}
# HAProxy has the address at its end of a connection, and so have the clients on this host.
cut() {
  local address
  for address in "\${addresses[@]}"; do ss --kill --tcp --numeric src "$address" >/dev/null 2>&1; done
}

here && held=yes || held=
if [[ $held ]]; then
  trap answer EXIT
  env --unset=KOLLA_TEMPORAL_RUN setsid bash -c \\
    "$(declare -p addresses ports); $(declare -f rules apis answer leaving tell)
     trap answer EXIT; trap exit TERM; sleep $((deadline + 15)) & wait" </dev/null >/dev/null 2>&1 &
  apis --insert
  leaving true
  while serves && ((SECONDS < deadline)); do sleep 0.05; done
  leaving false
  # While the address is here the other ends are told; later they would wait for an answer that can't come.
  rules --insert
  cut
fi
if docker container inspect keepalived >/dev/null 2>&1; then docker stop keepalived >/dev/null || exit 1; fi
[[ ! $held ]] || cut
exit 0
`

const receive = `${here}
until here; do
  ((SECONDS < deadline)) || exit 0
  sleep 0.05
done
for address in "\${addresses[@]}"; do
  ss --kill --tcp --numeric state established dst "$address" >/dev/null 2>&1
done
echo received
`
