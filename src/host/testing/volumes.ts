import { spawnSync } from 'node:child_process'
import { RemoteError } from '../../ssh/errors.js'
import type { Remote } from '../../ssh/remote.js'

/**
 * For tests: this machine's bash, with a `docker` whose volumes are the folders in one folder. `options` are those of
 * single volumes, in JSON.
 */
export function remoteWithVolumes(
  folder: string,
  options: Readonly<Record<string, string>> = {},
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
    *) return 1 ;;
  esac
}\n`
  const run = (script: string) => {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', docker + script], {
      encoding: 'utf8',
    })
    return { code: status ?? 1, stdout, stderr }
  }
  const unused = () => Promise.reject(new Error('a script alone runs here'))
  return {
    host: 'kolla1',
    run: (script) => Promise.resolve(run(script)),
    runOrFail: (script, { title = '' } = {}) => {
      const result = run(script)
      if (result.code === 0) return Promise.resolve(result)
      const tail = result.stderr.trim().split('\n')
      return Promise.reject(new RemoteError('kolla1', title, result.code, tail))
    },
    open: unused,
  }
}
