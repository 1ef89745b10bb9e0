import type { Remote } from '../../ssh/remote.js'
import { localRemote } from './local-remote.js'

/**
 * For tests: this machine's bash, with a `docker` whose volumes are the folders in one folder. `options` are those of
 * single volumes, in JSON; `more` is what it answers besides, as cases of bash.
 */
export function remoteWithVolumes(
  folder: string,
  options: Readonly<Record<string, string>> = {},
  more = '',
): Remote {
  const cases = Object.entries(options).map(([name, json]) => `${name}) options='${json}' ;;`)
  const docker = `docker() {
  local name=\${*: -1} options=null
  case $name in ${cases.join(' ')} esac
  case "$1 \${2-}" in
    'version '*) ;;
    'info '*) echo ${folder} ;;
    'volume ls') name=\${name#name=^} name=\${name%$}; [ ! -d "${folder}/$name" ] || echo "$name" ;;
    'volume inspect')
      [ -d "${folder}/$name" ] || return 1
      case $4 in *Driver*) printf 'local %s ' "$options" ;; esac
      echo "${folder}/$name" ;;
    'volume create') mkdir -p "${folder}/$name" ;;
    ${more}
    *) return 1 ;;
  esac
}`
  return localRemote(docker)
}
