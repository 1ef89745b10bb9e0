import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'
import { label } from './desired.js'
import type { DesiredHost } from './desired.js'

/**
 * Members that know each other by a password can't get another one host by host: the first would be shut out by the
 * others for ever. Containers of an older version of ours don't tell theirs.
 */
export function checkPeers(
  desired: readonly DesiredHost[],
  observed: readonly ObservedHost[],
): Finding[] {
  return desired.flatMap(({ name: host, containers }) => {
    const found = observed.find(({ facts }) => facts.name === host)?.containers ?? []
    return containers.flatMap(({ name, peerPassword }): Finding[] => {
      const running = found.find((it) => it.name === name && it.state === 'running')
      const known = running?.labels[label.peerPassword]
      if (known === undefined || !peerPassword || known === peerPassword.digest) return []
      const message = `${name} runs with another ${peerPassword.name} than passwords.yml has now, and would be shut out by the other members with the new one: write the old one back, or stop ${name} on all hosts (\`docker stop ${name}\`) and deploy again`
      return [{ severity: 'error', host, message }]
    })
  })
}
