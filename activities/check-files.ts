import { checkNeeds } from '../src/catalog/check-needs.js'
import { checkOverrides } from '../src/catalog/check-overrides.js'
import { checkPasswords } from '../src/catalog/check-passwords.js'
import { requiredPasswords } from '../src/catalog/render.js'
import { checkUndeployed } from '../src/catalog/undeployed.js'
import type { CloudFiles, ReachableHost } from '../src/model/cloud.js'
import type { Finding } from '../src/model/finding.js'
import { readCloud } from '../src/model/read-cloud.js'
import { secretsOf } from '../src/model/secrets-of.js'

/** What an operation must know of a cloud's files before it begins; plain data, for it comes from another process. */
export interface CheckedFiles {
  readonly findings: readonly Finding[]
  /** Never to be told to anybody. */
  readonly secrets: readonly string[]
  /** In the inventory's order; nobody where the files are broken. */
  readonly hosts: readonly string[]
  readonly buildHost?: string
  /** Whom to ask for facts that the files can't be read without. Never to be told to anybody. */
  readonly unasked?: readonly ReachableHost[]
}

/** Everything that is wrong or doubtful with a cloud's files, at once. */
export function checkFiles(files: CloudFiles): CheckedFiles {
  const secrets = secretsOf(files)
  const { cloud, unasked, findings } = readCloud(files, requiredPasswords)
  if (unasked) return { findings, secrets, hosts: [], unasked }
  if (!cloud) return { findings, secrets, hosts: [] }
  const [buildHost] = cloud.groups.get('registry') ?? []
  return {
    findings: [
      ...findings,
      ...checkOverrides(cloud),
      ...checkPasswords(cloud),
      ...checkNeeds(cloud),
      ...checkUndeployed(cloud),
    ],
    secrets,
    hosts: cloud.hosts.map(({ name }) => name),
    ...(buildHost !== undefined && { buildHost }),
  }
}
