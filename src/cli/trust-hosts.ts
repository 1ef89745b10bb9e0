import { join } from 'node:path'
import { BadInput } from '../client/errors.js'
import { formatFinding } from '../model/finding.js'
import type { Finding } from '../model/finding.js'
import { readCloud } from '../model/read-cloud.js'
import { HostError, hostFinding } from '../ssh/errors.js'
import { fingerprint, readKnownHosts, recordHostKey } from '../ssh/known-hosts.js'
import { JumpHosts } from '../ssh/jump-hosts.js'
import { stations } from '../ssh/stations.js'
import type { Station } from '../ssh/stations.js'
import { examineHostKey, hostKeyChanged } from '../ssh/trust.js'
import type { ShownKey } from '../ssh/trust.js'
import { readCloudFiles } from '../state/cloud-files.js'
import { agree } from './agree.js'
import { chooseFiles } from './cloud-choice.js'
import type { Options } from './options.js'

/**
 * Shows the keys of all hosts, and of jump hosts on the way to them, and records the new ones, if the operator agrees.
 * What is behind a jump host is asked when that one's key is on record.
 *
 * @throws BadInput about hosts that can't be reached and keys that changed
 */
export async function trustHosts(options: Options, choices: Choices): Promise<void> {
  const { name, location } = await chooseFiles(options)
  const { cloud, unasked, findings } = readCloud(await readCloudFiles(name, location))
  const hosts = cloud?.hosts ?? unasked
  if (!hosts) throw new BadInput(findings)
  const knownHosts = join(location.configdir, 'known_hosts')
  const jumpHosts = new JumpHosts()
  const problems: Finding[] = []
  for (const list of stations(hosts)) {
    problems.push(...(await trustList(list, knownHosts, jumpHosts, options, choices)))
  }
  const distinct = new Map(problems.map((problem) => [formatFinding(problem), problem]))
  if (distinct.size > 0) throw new BadInput([...distinct.values()])
}

interface Choices {
  readonly yes?: true
  readonly replace?: true
}

/** What could not be asked, and what must not be trusted. */
async function trustList(
  list: readonly Station[],
  knownHosts: string,
  jumpHosts: JumpHosts,
  options: Options,
  { yes, replace }: Choices,
): Promise<Finding[]> {
  const text = await readKnownHosts(knownHosts)
  const asked = await Promise.allSettled(
    list.map(async ({ name: host, connection }) => {
      const stream = await jumpHosts.streamTo({ host, connection, knownHostsFile: knownHosts })
      return examineHostKey(host, connection, text, stream)
    }),
  )
  const keys = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  for (const key of keys) console.log(options.json ? JSON.stringify(shown(key)) : lineOf(key))

  const wanted = keys.filter(({ state }) => state === 'new' || (state === 'changed' && replace))
  if (wanted.length > 0 && !yes) {
    await agree(`Record ${wanted.length} in ${knownHosts}? Check the fingerprints first`, {
      otherwise: `${wanted.length} new host keys: check the fingerprints, then run trust again with --yes`,
      declined: 'nothing was recorded',
    })
  }
  for (const { login, key } of wanted) {
    await recordHostKey(knownHosts, login.address, login.port, key)
  }
  if (wanted.length > 0 && !options.json) console.log(`recorded in ${knownHosts}: ${wanted.length}`)

  const refused = keys
    .filter((key) => key.state === 'changed' && !replace)
    .map(({ host, recorded, key }) => hostKeyChanged(host, recorded, key))
  const failed = asked.flatMap((answer) =>
    answer.status === 'rejected' ? [answer.reason as unknown] : [],
  )
  return [...refused, ...failed].map(findingOf)
}

const shown = ({ host, key, state }: ShownKey) => ({
  host,
  type: key.type,
  fingerprint: fingerprint(key),
  state,
})

const lineOf = ({ host, key, state }: ShownKey) =>
  `${host}  ${key.type} ${fingerprint(key)}  ${state}`

function findingOf(error: unknown): Finding {
  if (error instanceof HostError) return hostFinding(error)
  throw error
}
