import { parseJson } from '../model/json.js'
import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

export interface RabbitmqAccount {
  /** Of the management API on the node that is asked: `http://192.168.8.70:15672`. */
  readonly url: string
  readonly user: string
  /** Goes through standard input alone. */
  readonly password: string
}

/**
 * Waits until every node runs in the cluster that one of them sees, in one round trip.
 *
 * @throws RemoteError with the nodes that it saw last, when the time is over
 */
export async function awaitRabbitmqCluster(
  remote: Remote,
  { url, user, password }: RabbitmqAccount,
  nodes: readonly string[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<void> {
  const settings = sh`url=${`${url}/api/nodes?columns=name,running`} deadline=${timeoutMs / 1000} nodes=(${nodes})`
  await remote.runOrFail(`${settings}\n${script}`, {
    title: `wait for ${nodes.join(', ')} to be one cluster`,
    input: login(user, password),
    ...(signal && { signal }),
  })
}

/** What RabbitMQ would need to be the same again, as it exports it. Holds the hashes of passwords. */
export async function exportDefinitions(
  remote: Remote,
  { url, user, password }: RabbitmqAccount,
): Promise<unknown> {
  const { stdout } = await remote.runOrFail(
    sh`curl --noproxy '*' --silent --show-error --fail --max-time 30 --config - ${`${url}/api/definitions`}`,
    { title: "export RabbitMQ's definitions", input: login(user, password) },
  )
  return parseJson(stdout, `what RabbitMQ exports on ${remote.host}`)
}

const login = (user: string, password: string) =>
  `user = ${JSON.stringify(`${user}:${password}`)}\n`

const script = `
login=$(cat)
while ((SECONDS < deadline)); do
  seen=$(curl --noproxy '*' --silent --show-error --fail --max-time 10 --config - "$url" 2>&1 <<<"$login")
  missing=()
  for node in "\${nodes[@]}"; do
    [[ $seen == *'"name":"'$node'","running":true'* || $seen == *'"running":true,"name":"'$node'"'* ]] || missing+=("$node")
  done
  ((\${#missing[@]})) || exit 0
  sleep 0.3
done
echo "not in the cluster after $SECONDS s: \${missing[*]}"
echo "seen last: $seen"
exit 1
`
