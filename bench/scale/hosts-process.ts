import { addressOf, hostNames, writeCloud } from './cloud.js'
import { observationsOf } from './deployed.js'
import { startRegistry } from './registry.js'
import { startSshServers } from './ssh-server.js'
import type { Answer } from './ssh-server.js'

/**
 * `hosts-process.js STATE COMPUTES`: a cloud of simulated hosts, deployed as its files describe it. Says `ready` to
 * its parent when they answer.
 */
const [stateDirectory = '', computes = ''] = process.argv.slice(2)
let observations: ReadonlyMap<string, string> = new Map()

/** How long a host takes to tell what it is, and for anything else, in milliseconds: as on the lab's. */
const [LOOK, ASK] = [1000, 50]

/** Every script that the operations of the bench send; one that is unknown fails, so that nothing is measured that did not happen. */
const scripts: readonly {
  readonly mark: string
  readonly answer: (host: string) => Answer | undefined
}[] = [
  { mark: 'KOLLA_TEMPORAL_RUN=guard', answer: () => undefined },
  {
    mark: 'section os-release',
    answer: (host) => ({ stdout: observations.get(host) ?? '', after: LOOK }),
  },
  { mark: 'its_namespace', answer: () => ({ after: ASK }) },
  { mark: 'await_probe', answer: () => ({ after: ASK }) },
  { mark: '/api/nodes?columns=name,running', answer: () => ({ after: ASK }) },
  { mark: '/v3/auth/tokens', answer: () => ({ stdout: '{}\n201', after: ASK }) },
]

function answer(host: string, script: string): Answer | undefined {
  const known = scripts.find(({ mark }) => script.includes(mark))
  if (!known) {
    return { code: 127, stderr: `a simulated host has no answer to this script: ${script}\n` }
  }
  return known.answer(host)
}

const hosts = new Map(hostNames(Number(computes)).map((name, index) => [name, addressOf(index)]))
const [{ port: sshPort, hostKey, privateKey }, registryPort] = await Promise.all([
  startSshServers(hosts, answer),
  startRegistry(),
])
await writeCloud(stateDirectory, Number(computes), { sshPort, registryPort, hostKey, privateKey })
observations = await observationsOf(stateDirectory)
process.send?.('ready')
