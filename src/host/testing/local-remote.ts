import { spawnSync } from 'node:child_process'
import { RemoteError } from '../../ssh/errors.js'
import type { Remote } from '../../ssh/remote.js'

/** For tests: this machine's bash in place of a host's, with functions (`docker`) that it has before each script. */
export function localRemote(functions: string): Remote {
  const run = (script: string) => {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `${functions}\n${script}`], {
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
