import type { Probe } from '../catalog/service.js'
import { RemoteError } from '../ssh/errors.js'
import { raw, sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

export interface AwaitOptions {
  /** What is waited for, in a few words. */
  readonly title: string
  readonly timeoutMs: number
  /** Containers that must go on running: one that has ended or starts again and again is not waited for. */
  readonly containers?: readonly string[]
  readonly signal?: AbortSignal
}

/**
 * Waits on the host itself until every probe has succeeded, in one round trip.
 *
 * @throws RemoteError that names the probe and what it saw last, when the time is over or a container has ended
 */
export async function awaitProbes(
  remote: Remote,
  probes: readonly Probe[],
  { title, timeoutMs, containers = [], signal }: AwaitOptions,
): Promise<void> {
  if (probes.length === 0) return
  const seconds = Math.ceil(timeoutMs / 1000)
  const { code, stdout } = await remote.run(awaitScript(probes, containers, seconds), {
    title,
    timeoutMs: timeoutMs + 10_000,
    ...(signal && { signal }),
  })
  if (code !== 0) throw new RemoteError(remote.host, title, code, stdout.trim().split('\n'))
}

/** Polls five times a second; the probes one after the other, since what has succeeded once is not asked again. */
export function awaitScript(
  probes: readonly Probe[],
  containers: readonly string[],
  seconds: number,
): string {
  const waits = probes.map((probe) => sh`await_probe ${describe(probe)} ${raw(command(probe))}`)
  return [sh`deadline=${seconds} containers=(${containers})`, functions, ...waits].join('\n')
}

function describe(probe: Probe): string {
  if (probe.kind === 'tcp') return `TCP port ${probe.port} on ${probe.address}`
  if (probe.kind === 'http') return `GET ${probe.url} answers ${probe.status}`
  return `${probe.command.join(' ')} in ${probe.container}`
}

function command(probe: Probe): string {
  if (probe.kind === 'tcp') return sh`probe_tcp ${probe.address} ${probe.port}`
  if (probe.kind === 'http') {
    const { hostname, port, pathname, search } = new URL(probe.url)
    return sh`probe_http ${hostname} ${port || '80'} ${pathname + search} ${probe.status}`
  }
  return sh`probe_exec ${probe.container} ${probe.line ?? ''} ${probe.command}`
}

/** The loop forks nothing for ports; `read -t` on a pipe that never speaks is a sleep without a process. */
const functions = `
exec 8<> <(:)
pause() { read -rt 0.2 -u 8; }
probe_tcp() { { exec 7<>"/dev/tcp/$1/$2"; } 2>/dev/null || { seen='nobody listens'; return 1; }; exec 7>&-; }
probe_http() {
  local answer=
  { exec 7<>"/dev/tcp/$1/$2"; } 2>/dev/null || { seen='nobody listens'; return 1; }
  printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' "$3" "$1" >&7
  read -rt 10 answer <&7
  exec 7>&-
  seen=$answer
  [[ $answer == HTTP/*" $4"* ]]
}
probe_exec() {
  local container=$1 line=$2 code
  shift 2
  seen=$(docker exec "$container" "$@" 2>&1)
  code=$?
  if [[ $code != 0 ]]; then seen="exit code $code: $seen"; return 1; fi
  [[ -z $line || $'\\n'$seen$'\\n' == *$'\\n'"$line"$'\\n'* ]]
}
check_containers() {
  local container state
  for container in "\${containers[@]}"; do
    state=$(docker container inspect -f '{{.State.Status}} {{.RestartCount}}' "$container" 2>&1) || state='missing 0'
    # Three restarts are no accident; before that Docker's policy may yet mend it.
    [[ $state =~ ^(running|created|restarting)' '[0-2]$ ]] && continue
    echo "container $container is $state"
    docker logs --tail 15 "$container" 2>&1
    exit 1
  done
}
await_probe() {
  local title=$1 rounds=0
  shift
  until "$@"; do
    if ((SECONDS >= deadline)); then
      echo "still waiting after $SECONDS s for: $title"
      echo "seen last: $seen"
      ((\${#containers[@]} == 0)) || docker logs --tail 10 "\${containers[-1]}" 2>&1
      exit 1
    fi
    ((++rounds % 10)) || check_containers
    pause
  done
}
`
