import { HostError, RemoteError } from '../ssh/errors.js'
import type { Remote, RunOptions } from '../ssh/remote.js'

/** How a script of ours ends that has found a volume which it can't look into: as `EX_CONFIG` of sysexits. */
const UNUSABLE = 78

/** A volume whose files lie in no folder of the host, or only while a container uses it. */
export class UnusableVolume extends HostError {
  readonly retryable = false
}

/**
 * Bash: `find_folder VOLUME` sets `folder` to where the volume's files lie, and to nothing where there is no such volume.
 * One that its driver mounts is empty on the host for as long as no container uses it, so that full would look like
 * empty: it ends the script.
 */
const findFolder = `docker version >/dev/null || exit 1
find_folder() {
  local driver options
  folder=
  [ -n "$(docker volume ls --quiet --filter "name=^$1$")" ] || return 0
  read -r driver options folder < <(docker volume inspect -f '{{.Driver}} {{json .Options}} {{.Mountpoint}}' "$1")
  [ -n "$folder" ] || exit 1
  case "$driver $options" in
    'local null' | 'local {}') folder=$(readlink -e -- "$folder") || exit 1 ;;
    *) echo "the volume $1 is mounted by Docker only while a container uses it ($driver $options): what it holds can't be looked at, and nothing is done with it. Copy its files into a volume of that name without options" >&2; exit ${UNUSABLE} ;;
  esac
}
`

/**
 * Runs a script that may call `find_folder`. Returns what it printed.
 *
 * @throws UnusableVolume; RemoteError
 */
export async function runOnVolumes(
  remote: Remote,
  script: string,
  options: Pick<RunOptions, 'input' | 'signal'> & { readonly title: string },
): Promise<string> {
  try {
    return (await remote.runOrFail(findFolder + script, options)).stdout
  } catch (error) {
    if (!(error instanceof RemoteError) || error.exitCode !== UNUSABLE) throw error
    throw new UnusableVolume(remote.host, error.tail.at(-1) ?? '')
  }
}
