import { schemaHeadsSql } from '../src/catalog/mariadb-accounts.js'
import { serviceNamed } from '../src/catalog/index.js'
import type { OneShots } from '../src/catalog/one-shots.js'
import { tellVersion } from '../src/host/list-migrations.js'
import type { Schemas } from '../src/plan/schemas.js'
import { RemoteError } from '../src/ssh/errors.js'
import type { CloudContext } from './cloud-context.js'
import { ask } from './containers.js'
import { ifRefused } from './failures.js'
import { oneShotsOfAll } from './one-shots.js'

/** One-shots of every service that has a schema. */
export function shotsWithSchema(cloud: CloudContext): OneShots[] {
  return oneShotsOfAll(cloud).filter(({ takes }) => takes.has('schema'))
}

/**
 * How far the databases of every service were brought, as the first MariaDB tells that answers.
 *
 * @throws RemoteError, DockerError where none does
 */
export async function schemaHeads(cloud: CloudContext): Promise<Schemas> {
  const services = shotsWithSchema(cloud).map(({ service }) => service)
  const members = cloud.members('mariadb')
  for (const member of members.slice(0, -1)) {
    const told = await headsOn(cloud, member, services).catch(ifRefused(undefined))
    if (told) return told
  }
  const [last] = members.slice(-1)
  return last === undefined ? {} : headsOn(cloud, last, services)
}

async function headsOn(
  cloud: CloudContext,
  member: string,
  services: readonly string[],
): Promise<Schemas> {
  const heads = services.map(async (service) => {
    const select = schemaHeadsSql(cloud.cloud, serviceNamed(service))
    const said = await ask(cloud, member, 'mariadb', ['mariadb', '-NBe', select]).catch(ifUnmade)
    return [service, said.split('\n').filter(Boolean).sort()] as const
  })
  return Object.fromEntries(await Promise.all(heads))
}

/** A database or a table that is not there yet has no heads. */
function ifUnmade(error: unknown): string {
  const unmade = /ERROR (1049|1146) /
  if (error instanceof RemoteError && unmade.test(error.tail.join('\n'))) return ''
  throw error
}

/** Service → version of its program, of those that have a schema and tell it. */
export async function programVersions(cloud: CloudContext): Promise<Record<string, string>> {
  const told = shotsWithSchema(cloud).map(async ({ service, host, container }) => {
    const folders = serviceNamed(service).schema?.migrations
    if (!folders) return []
    const said = await ask(cloud, host, container, tellVersion(folders)).catch(ifRefused(''))
    return [[service, said.trim()] as const]
  })
  return Object.fromEntries((await Promise.all(told)).flat())
}
