import type { Cloud } from '../model/cloud.js'
import { password } from '../model/passwords.js'
import type { Identity } from './identity.js'
import { services } from './index.js'
import { accountsSql, databasesSql } from './mariadb-accounts.js'
import { groupOf } from './render.js'
import { componentsOf } from './service.js'
import type { Schema, Service } from './service.js'

/**
 * What is done once for a service, before its containers are started, and again when what it takes has changed:
 * its databases and their accounts · its schema · its accounts, services and endpoints in Keystone · afterwards, what it
 * finds out about.
 */
export type OneShotKind = 'databases' | 'schema' | 'identity' | 'discovery'

/** One-shots of a service, and the host that runs them and keeps note of them. */
export interface OneShots {
  readonly service: string
  readonly host: string
  /** Container whose image, configuration and volumes they work with. */
  readonly container: string
  /** Everything that each kind takes but its image. Secret. */
  readonly takes: ReadonlyMap<OneShotKind, string>
}

/** Undefined where the service has none, or nobody is in its group. */
export function oneShotsOf(cloud: Cloud, service: Service): OneShots | undefined {
  if (!service.enabled(cloud.globals)) return undefined
  const { oneShotContainer: wanted } = service
  const component = (wanted === undefined ? [service] : services)
    .flatMap((it) => componentsOf(it, cloud.globals))
    .find(({ container }) => container === (wanted ?? container))
  const [host] = groupOf(cloud, component?.group ?? '')
  const takes = new Map<OneShotKind, string>()
  if (service.databases) takes.set('databases', databasesSql(cloud, service))
  if (service.schema) takes.set('schema', schemaText(cloud, service.schema))
  if (service.bootstrap) takes.set('identity', JSON.stringify(service.bootstrap(cloud)))
  const identity = service.identity?.(cloud)
  if (identity) takes.set('identity', identityText(cloud, identity))
  if (service.discovery) takes.set('discovery', JSON.stringify(service.discovery(cloud)))
  if (!component || host === undefined || takes.size === 0) return undefined
  return { service: service.name, host, container: component.container, takes }
}

/** Accounts for data of another day, which know those of the services by the passwords that they had then. */
export function restoredAccountsSql(cloud: Cloud): string {
  const enabled = services.filter((service) => service.enabled(cloud.globals))
  const own = enabled.map((service) => databasesSql(cloud, service)).filter(Boolean)
  return [accountsSql(cloud), ...own].join('\n')
}

/** Empty where the commands are told nothing of the cloud. */
function schemaText(cloud: Cloud, { environment }: Schema): string {
  return environment ? JSON.stringify(environment(cloud)) : ''
}

function identityText(cloud: Cloud, identity: Identity): string {
  const accounts = [...identity.users, ...(identity.domains ?? []).map(({ admin }) => admin)]
  const secrets = accounts.map((account) => password(cloud.passwords, account.password))
  return JSON.stringify([identity, secrets])
}
