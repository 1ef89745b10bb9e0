import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the local server, the worker and the register of clouds keep their files: `KOLLA_TEMPORAL_STATE`, `/var/lib/kolla-temporal` for root, else the user's XDG state. */
export function stateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['KOLLA_TEMPORAL_STATE']) return environment['KOLLA_TEMPORAL_STATE']
  if (process.getuid?.() === 0) return '/var/lib/kolla-temporal'
  return join(environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'kolla-temporal')
}
