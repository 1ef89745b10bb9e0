import { join } from 'node:path'
import { observeFacts } from '../src/host/observe.js'
import type { ReachableHost } from '../src/model/cloud.js'
import type { HostFacts } from '../src/model/observed-host.js'
import { HostError, hostFinding } from '../src/ssh/errors.js'
import type { SshPool } from '../src/ssh/pool.js'
import { badInput } from './failures.js'

/**
 * What each host is, asked side by side.
 *
 * @throws ApplicationFailure `BadInput` about every host that does not answer
 */
export async function askForFacts(
  ssh: SshPool,
  hosts: readonly ReachableHost[],
  configdir: string,
): Promise<HostFacts[]> {
  const knownHostsFile = join(configdir, 'known_hosts')
  const asked = await Promise.allSettled(
    hosts.map(({ name, connection }) =>
      observeFacts(ssh.remote({ host: name, connection, knownHostsFile })),
    ),
  )
  const wrong = asked.flatMap((answer) => {
    if (answer.status === 'fulfilled') return []
    if (answer.reason instanceof HostError) return [hostFinding(answer.reason)]
    throw answer.reason
  })
  if (wrong.length > 0) throw badInput(wrong)
  return asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
}
