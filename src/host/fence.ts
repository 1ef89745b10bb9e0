import { inletVariable } from '../docker/engine.js'
import { label } from '../plan/desired.js'
import { HostError } from '../ssh/errors.js'
import { raw, sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'
import { askEngine } from './ask-engine.js'

/** Whose a host is. Nothing here is secret. */
export interface Owner {
  /** Random id of the state directory that the cloud's snapshots, records and digest key lie in. */
  readonly state: string
  readonly cloud: string
  /** Id of the Temporal namespace that the cloud's lock lives in. */
  readonly namespace: string
  /** Where state directory and namespace are, for people. */
  readonly place: string
  readonly server: string
}

/** What a run got the cloud's lock with. */
export interface Hold {
  /** When, in milliseconds of the Temporal server's time: a later one is a newer lock. */
  readonly since: number
  /** Run id of the lock. */
  readonly lock: string
  /** Workflow id of the run. */
  readonly holder: string
  /** Whether a person wants the host to be this cloud's, whosever it is. */
  readonly takeOver?: boolean
}

/** Why a host can't be had. */
export type Refusal =
  /** Its containers carry labels of other clouds. */
  | { readonly why: 'labels'; readonly clouds: string }
  /** Another state directory or cloud has it, or the same one's of another Temporal namespace. */
  | { readonly why: 'owner' | 'namespace'; readonly mark: Mark }
  /** A run has it that got the lock later. */
  | { readonly why: 'newer'; readonly mark: Mark }

export type Mark = Owner & Pick<Hold, 'since' | 'lock' | 'holder'>

/** The host is another cloud's. */
export class HostTaken extends HostError {
  readonly retryable = false
}

/** A newer lock has the host. */
export class LockLost extends HostError {
  readonly retryable = false
}

/** Exit code of a script whose host has got another mark since the run took it: nothing of it has run. */
export const FENCED = 113

/** Every process that a run begins on a host has the run id of its lock in this. */
export const fenceVariable = 'KOLLA_TEMPORAL_FENCE'

const fenceFile = '.fence'

export interface FenceOptions {
  /** `/etc/kolla` by default. */
  readonly root?: string
  readonly signal?: AbortSignal
  /** Told what is waited for. */
  readonly onWait?: (line: string) => void
}

/** A script that runs only while the host is the run's. */
export function fenced(script: string, { lock }: Pick<Hold, 'lock'>, root = '/etc/kolla'): string {
  return (
    sh`lock=
[[ ! -s ${`${root}/${fenceFile}`} ]] || read -r _ _ _ _ lock _ <${`${root}/${fenceFile}`}
[[ $lock == ${lock} ]] || { echo 'another run has got this host' >&2; exit ${FENCED}; }
unset lock
` + script
  )
}

/**
 * Makes a host the run's, and waits until what earlier runs began there has ended: their scripts are ended, what the
 * engine was asked for comes to its end, and so do one-shots, but for those that may be ended at any time. Returns why
 * the host can't be had, if so; then nothing was changed. May be killed and repeated.
 *
 * `over`: run id of a lock that is known to be older, whatever its mark says.
 */
export async function claimHost(
  remote: Remote,
  owner: Owner,
  hold: Hold,
  options: FenceOptions & { readonly over?: string } = {},
): Promise<Refusal | undefined> {
  return ask(remote, owner, options, {
    ...{ since: hold.since, lock: hold.lock, holder: hold.holder },
    ...{ over: options.over ?? '', take: hold.takeOver === true ? 'yes' : '', look: '' },
  })
}

/** Whether a host is another cloud's. Changes nothing. */
export async function findOwner(
  remote: Remote,
  owner: Owner,
  options: FenceOptions = {},
): Promise<Refusal | undefined> {
  const nobody = { since: 0, lock: '', holder: '', over: '', take: '' }
  return ask(remote, owner, options, { ...nobody, look: 'yes' })
}

async function ask(
  remote: Remote,
  owner: Owner,
  { root = '/etc/kolla', signal, onWait }: FenceOptions,
  claim: Readonly<Record<'lock' | 'holder' | 'over' | 'take' | 'look', string>> & { since: number },
): Promise<Refusal | undefined> {
  const { state, cloud, namespace } = owner
  const mark = formatMark({ ...owner, ...claim })
  const words = sh`root=${root} file=${fenceFile} mark=${mark} name=${cloud} state=${state} cloud=${encodeURIComponent(cloud)} namespace=${namespace} since=${claim.since} lock=${claim.lock} over=${claim.over} take=${claim.take} look=${claim.look}\n`
  const { stdout } = await remote.runOrFail(words + script, {
    title: claim.look === '' ? "make the host this run's" : 'look whose the host is',
    ...(signal && { signal }),
    ...(claim.look !== '' && { timeoutMs: LOOK }),
    onOutput: (line) => {
      if (line.startsWith('wait ')) onWait?.(line.slice('wait '.length))
    },
  })
  const [, why = '', rest = ''] = /^refused (\S+) (.*)$/m.exec(stdout) ?? []
  if (why === 'labels') return { why, clouds: rest }
  if (why === 'owner' || why === 'namespace' || why === 'newer')
    return { why, mark: parseMark(rest) }
  return undefined
}

/** One line, so that bash reads it with one `read`; in the order of `script`. */
function formatMark({ state, cloud, namespace, since, lock, holder, place, server }: Mark): string {
  return [state, cloud, namespace, since, lock, holder, place, server]
    .map((field) => encodeURIComponent(field) || '-')
    .join(' ')
}

function parseMark(line: string): Mark {
  const fields = line.split(' ').map((field) => {
    try {
      return decodeURIComponent(field)
    } catch {
      return field
    }
  })
  const [state = '', cloud = '', namespace = '', since = '', lock = '', holder = ''] = fields
  const [place = '', server = ''] = fields.slice(6)
  return { state, cloud, namespace, since: Number(since), lock, holder, place, server }
}

/** How long a host may take to tell whose it is, in milliseconds. */
const LOOK = 45_000

/** How long what was asked of the engine may take, in seconds: a container is given a minute or two to stop. */
const PATIENCE = 600

/** How long a script may take to end after SIGTERM, in seconds. */
const GRACE = 10

/** Of Docker's API: one-shots that run. */
const oneShots = `containers/json?filters=${encodeURIComponent(JSON.stringify({ label: [label.oneShot] }))}`

const script = sh`
set -o errexit -o pipefail
umask 077
has_docker() { hash docker 2>/dev/null; }
# What older builds have deployed has no mark: the labels of its containers say whose it is.
clouds() {
  has_docker || return 0
  timeout 20 docker ps --all --filter label=${label.cloud} --format ${`{{.Label "${label.cloud}"}}`} 2>/dev/null | sort -u
}
refused() { echo "refused $1 $2"; exit 0; }
if [[ ! $look ]]; then
  [[ -d $root ]] || mkdir -p -m 755 -- "$root"
  exec {mutex}>>"$root/$file.lock"
  flock "$mutex"
fi
found=
[[ ! -s $root/$file ]] || found=$(<"$root/$file")
read -r its_state its_cloud its_namespace its_since its_lock _ <<<"$found"
[[ $its_since =~ ^[0-9]+$ ]] || its_since=0
foreign=
if [[ ! $found ]]; then
  others=$(clouds | grep -vxF -- "$name" || true)
  [[ ! $others ]] || foreign=labels found=${raw("${others//$'\\n'/, }")}
elif [[ $its_state != "$state" || $its_cloud != "$cloud" ]]; then foreign=owner
elif [[ ! $look && $its_namespace != "$namespace" ]]; then foreign=namespace
fi
[[ ! $foreign || $take ]] || refused "$foreign" "$found"
[[ ! $look ]] || exit 0
if [[ ! $foreign && $found && $its_lock != "$lock" && $its_lock != "$over" ]]; then
  ((its_since < since)) || refused newer "$found"
fi
if [[ $found != "$mark" ]]; then
  echo "$mark" >"$root/$file.new"
  sync "$root/$file.new"
  mv -f -- "$root/$file.new" "$root/$file"
  sync "$root"
fi
exec {mutex}>&-

# From here on nothing begins that an earlier run wants: every script of one looks at the mark first. What has looked
# already is found by its environment.
earlier() {
  local environ
  for environ in $(grep -lzs ${`^${fenceVariable}=`} /proc/[0-9]*/environ || true); do
    grep -qzsxF ${raw(`"${fenceVariable}=$lock"`)} "$environ" || { environ=${raw('${environ%/environ}')}; echo "${raw('${environ##*/}')}"; }
  done
}
is_inlet() { grep -qzs ${`^${inletVariable}=`} "/proc/$1/environ"; }
is_request() { grep -qzsx dial-stdio "/proc/$1/cmdline"; }
told=
tell() { [[ $told == "$1" ]] || echo "wait $1"; told=$1; }
while pids=$(earlier); [[ $pids ]]; do
  for pid in $pids; do
    if is_inlet "$pid"; then
      kill -s TERM "$pid" 2>/dev/null || true
    elif is_request "$pid"; then
      tell 'what an earlier run asked of the engine'
      ((SECONDS < ${PATIENCE})) || kill -s TERM "$pid" 2>/dev/null || true
    else
      tell 'a script of an earlier run'
      ((SECONDS < ${GRACE})) && signal=TERM || signal=KILL
      kill -s "$signal" "$pid" 2>/dev/null || true
    fi
  done
  sleep 0.1
done
has_docker || exit 0
${raw(askEngine)}
# Nearly always there is none, which its socket tells at a tenth of the cost.
[[ $(ask_engine 20 ${oneShots}) != '[]' ]] || exit 0
timeout 20 docker ps --filter label=${label.oneShot} \\
  --format ${`{{.Names}} {{or (.Label "${label.lock}") "-"}} {{.Label "${label.scratch}"}}`} 2>/dev/null |
while read -r name its_lock scratch; do
  [[ $its_lock != "$lock" ]] || continue
  if [[ $scratch ]]; then
    docker rm --force "$name" >/dev/null 2>&1 || true
  else
    tell "$name of an earlier run"
    docker wait "$name" >/dev/null 2>&1 || true
  fi
done || true
exit 0
`
