import { oneShotCommand } from '../src/catalog/one-shot-command.js'
import { serviceNamed, services } from '../src/catalog/index.js'
import { databasesSql, holdersSql } from '../src/catalog/mariadb-accounts.js'
import { oneShotsOf } from '../src/catalog/one-shots.js'
import type { OneShotKind, OneShots } from '../src/catalog/one-shots.js'
import type { Schema, Service } from '../src/catalog/service.js'
import { hasErrors } from '../src/model/finding.js'
import type { Finding } from '../src/model/finding.js'
import { foreignDatabase } from '../src/plan/check-foreign.js'
import { forgetOneShot, forgetOneShotsSince, noteOneShots } from '../src/host/one-shot-notes.js'
import { formerLabels } from '../src/plan/one-shots.js'
import type { WantedOneShots } from '../src/plan/one-shots.js'
import { keyedDigest } from '../src/plan/digest.js'
import { UPGRADE_FAILURE, upgradeCheckScript, upgradeFindings } from '../src/plan/upgrade-check.js'
import { RemoteError } from '../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { ask, runOnce } from './containers.js'
import { badInput, ifRefused } from './failures.js'
import { identify } from './identity.js'
import { sql, trustingFunctionCreators } from './mariadb.js'

/** `expand`: what the new release needs and the old one does not mind · `contract`: what only the old one needed goes. */
export type SchemaPhase = 'sync' | 'expand' | 'contract'

/** More than the table of any service's upgrade check has. */
const CHECK_LINES = 300

/** What a service is given once, before its containers are started. */
export function oneShotActivities(contexts: CloudContexts) {
  return {
    /** Databases of services that are there already and are somebody else's, as far as this member tells. */
    async checkDatabases(
      ref: CloudRef,
      member: string,
      names: readonly string[],
    ): Promise<Finding[]> {
      const cloud = await contexts.get(ref)
      const found = names.map((name) => foreignDatabases(cloud, member, serviceNamed(name)))
      return (await Promise.all(found).catch(ifRefused<Finding[][]>([]))).flat()
    },

    /**
     * A service's databases and their accounts, on a member of the Galera cluster.
     *
     * @throws ApplicationFailure `BadInput` where one is there and is somebody else's
     */
    async createDatabases(ref: CloudRef, member: string, service: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const foreign = await foreignDatabases(cloud, member, serviceNamed(service))
      if (foreign.length > 0) throw badInput(foreign)
      await sql(cloud, member, databasesSql(cloud.cloud, serviceNamed(service)))
      await note(cloud, service, 'databases')
    },

    /** Brings a service's schema to where the release wants it, or a part of the way. */
    async migrateSchema(
      ref: CloudRef,
      host: string,
      service: string,
      phase: SchemaPhase,
    ): Promise<void> {
      const cloud = await contexts.get(ref)
      const { schema } = serviceNamed(service)
      const script = schema && scriptOf(schema, phase)
      if (script !== undefined) {
        const { container: name } = shotsOf(cloud, service)
        const container = cloud.container(host, name)
        const command = oneShotCommand(script)
        const environment = schema?.environment?.(cloud.cloud) ?? {}
        const oneShot = { name: `${name}_${phase}`, command, environment }
        const run = () => runOnce(cloud, host, container, oneShot)
        await (schema?.makesTriggers === true ? trustingFunctionCreators(cloud, run) : run())
      }
      if (phase !== 'expand') await note(cloud, service, 'schema')
    },

    /**
     * Has its new image look at whether a service can be upgraded. Returns the warnings.
     *
     * @throws ApplicationFailure `BadInput` with what keeps it from being upgraded
     */
    async checkUpgrade(ref: CloudRef, host: string, service: string): Promise<Finding[]> {
      const cloud = await contexts.get(ref)
      const check = serviceNamed(service).schema?.check
      if (check === undefined) return []
      const findings = upgradeFindings(host, check, await checkLog(cloud, host, service, check))
      if (hasErrors(findings)) throw badInput(findings)
      return findings
    },

    /**
     * A service's accounts, and its place in Keystone's catalogue; what is there already is left, what differs mended.
     * Returns warnings about what others have registered for the same kind of service.
     */
    async registerService(ref: CloudRef, host: string, service: string): Promise<Finding[]> {
      const cloud = await contexts.get(ref)
      const identity = serviceNamed(service).identity?.(cloud.cloud)
      const besides = identity ? await identify(cloud, host, service, identity) : []
      await note(cloud, service, 'identity')
      return besides.map((message) => ({ severity: 'warning', message }))
    },

    /**
     * What the cloud of a record registers is registered; its schema is noted as done, whatever the database has beyond
     * it: of revisions that came later its one-shots know nothing.
     */
    async resumeOneShots(ref: CloudRef, host: string, service: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const identity = serviceNamed(service).identity?.(cloud.cloud)
      if (identity) await identify(cloud, host, service, identity)
      await note(cloud, service, ...shotsOf(cloud, service).takes.keys())
    },

    /** The database is of another day, and has not seen which one-shots were run since that moment. */
    async forgetOneShots(ref: CloudRef, host: string, moment: string): Promise<void> {
      await forgetOneShotsSince((await contexts.get(ref)).remote(host), moment)
    },
  }
}

/** Databases of a service that others have made for themselves. */
async function foreignDatabases(
  cloud: CloudContext,
  member: string,
  { databases }: Service,
): Promise<Finding[]> {
  const found = (databases?.(cloud.cloud) ?? []).map(async ({ name, user }) => {
    const select = ['mariadb', '-NBe', holdersSql(name)]
    const holders = (await ask(cloud, member, 'mariadb', select)).split('\n').filter(Boolean)
    return foreignDatabase(member, { name, user, holders })
  })
  return (await Promise.all(found)).flat()
}

/** What an upgrade check prints, unless it could not look. */
async function checkLog(
  cloud: CloudContext,
  host: string,
  service: string,
  check: string,
): Promise<readonly string[]> {
  const { container: name } = shotsOf(cloud, service)
  const command = oneShotCommand(upgradeCheckScript(check))
  const oneShot = { name: `${name}_check`, command, lines: CHECK_LINES }
  try {
    return await runOnce(cloud, host, cloud.container(host, name), oneShot)
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    const failed = hasErrors(upgradeFindings(host, check, error.tail))
    if (error.exitCode === UPGRADE_FAILURE && failed) return error.tail
    throw new RemoteError(host, check, error.exitCode, error.tail.slice(-20))
  }
}

function scriptOf(schema: Schema, phase: SchemaPhase): string | undefined {
  return phase === 'expand' ? (schema.expand ?? schema.sync) : schema[phase]
}

/** Keeps on the host that one-shots of these kinds were run with what they take now. */
export async function note(
  cloud: CloudContext,
  service: string,
  ...kinds: readonly OneShotKind[]
): Promise<void> {
  const shots = shotsOf(cloud, service)
  const digests = Object.entries(digestsOf(cloud, shots))
  const done = digests.filter(([kind]) => kinds.some((it) => it === kind))
  await noteOneShots(cloud.remote(shots.host), service, Object.fromEntries(done))
}

/** Has one of a service's one-shots be due again, where it has any. */
export async function forget(
  cloud: CloudContext,
  service: string,
  kind: OneShotKind,
): Promise<void> {
  const shots = oneShotsOf(cloud.cloud, serviceNamed(service))
  if (shots) await forgetOneShot(cloud.remote(shots.host), service, kind)
}

function shotsOf(cloud: CloudContext, service: string): OneShots {
  const shots = oneShotsOf(cloud.cloud, serviceNamed(service))
  if (!shots) throw new RangeError(`${service} has no one-shots in this cloud`)
  return shots
}

/** One-shots of every service that the cloud has: a record may be older than what this version deploys. */
export function oneShotsOfAll(cloud: CloudContext): OneShots[] {
  return services
    .flatMap((service) => oneShotsOf(cloud.cloud, service) ?? [])
    .filter(({ host, container }) => cloud.containers(host).some(({ name }) => name === container))
}

/** The same as the plan compares them. */
export function wantedOneShots(cloud: CloudContext): WantedOneShots[] {
  return oneShotsOfAll(cloud).map((shots) => {
    const { service, host } = shots
    const digests = digestsOf(cloud, shots)
    const labelled = serviceNamed(service).bootstrap !== undefined
    return {
      service,
      host,
      digests,
      ...(labelled && {
        labels: formerLabels(imageDigest(cloud, shots), digests['identity'] ?? ''),
      }),
    }
  })
}

function digestsOf(cloud: CloudContext, shots: OneShots): Record<string, string> {
  const image = imageDigest(cloud, shots)
  return Object.fromEntries(
    [...shots.takes].map(([kind, takes]) => [
      kind,
      kind === 'schema' ? schemaDigest(cloud, image, takes) : keyedDigest(cloud.digestKey, takes),
    ]),
  )
}

function schemaDigest({ digestKey }: CloudContext, image: string, takes: string): string {
  return takes === '' ? image : keyedDigest(digestKey, image + takes)
}

function imageDigest(cloud: CloudContext, { host, container }: OneShots): string {
  return cloud.desired(host, cloud.container(host, container)).image.digest
}
