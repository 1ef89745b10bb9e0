import { join } from 'node:path'
import { BadInput } from '../client/errors.js'
import type { Finding } from '../model/finding.js'
import { readCloud } from '../model/read-cloud.js'
import { HostError } from '../ssh/errors.js'
import { fingerprint, readKnownHosts, recordHostKey } from '../ssh/known-hosts.js'
import { examineHostKey, hostKeyChanged } from '../ssh/trust.js'
import type { ShownKey } from '../ssh/trust.js'
import { readCloudFiles } from '../state/cloud-files.js'
import { agree } from './agree.js'
import { chooseFiles } from './cloud-choice.js'
import type { Options } from './options.js'

/**
 * Shows the keys of all hosts and records the new ones, if the operator agrees.
 *
 * @throws BadInput about hosts that can't be reached and keys that changed
 */
export async function trustHosts(
  options: Options,
  { yes, replace }: { readonly yes?: true; readonly replace?: true },
): Promise<void> {
  const { name, location } = await chooseFiles(options)
  const { cloud, findings } = readCloud(await readCloudFiles(name, location))
  if (!cloud) throw new BadInput(findings)
  const knownHosts = join(location.configdir, 'known_hosts')
  const text = await readKnownHosts(knownHosts)
  const asked = await Promise.allSettled(
    cloud.hosts.map(({ name: host, connection }) => examineHostKey(host, connection, text)),
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
  for (const { connection, key } of wanted) {
    await recordHostKey(knownHosts, connection.address, connection.port, key)
  }
  if (wanted.length > 0 && !options.json) console.log(`recorded in ${knownHosts}: ${wanted.length}`)

  const refused = keys
    .filter((key) => key.state === 'changed' && !replace)
    .map(({ host, recorded, key }) => hostKeyChanged(host, recorded, key))
  const failed = asked.flatMap((answer) =>
    answer.status === 'rejected' ? [answer.reason as unknown] : [],
  )
  const problems = [...refused, ...failed].map(findingOf)
  if (problems.length > 0) throw new BadInput(problems)
}

const shown = ({ host, key, state }: ShownKey) => ({
  host,
  type: key.type,
  fingerprint: fingerprint(key),
  state,
})

const lineOf = ({ host, key, state }: ShownKey) =>
  `${host}  ${key.type} ${fingerprint(key)}  ${state}`

/** A host's error names the host, and so does a finding. */
function findingOf(error: unknown): Finding {
  if (!(error instanceof HostError)) throw error
  const message = error.message.replace(`${error.host}: `, '')
  return { severity: 'error', host: error.host, message }
}
