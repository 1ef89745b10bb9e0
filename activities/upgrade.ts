import { floating } from '../src/catalog/floating.js'
import { removeContainer, stopContainer } from '../src/docker/containers.js'
import { holdsAddresses, leaveAddresses, receiveAddresses } from '../src/host/floating-address.js'
import { successorOf } from '../src/plan/passing.js'
import type { Versions } from '../src/plan/release-record.js'
import type { KnownSchemas } from '../src/plan/schemas.js'
import { allEnded } from './all-ended.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { ask, isAsWanted, proveHealth, startContainer } from './containers.js'
import { withoutWork, worksAgain } from './maintenance.js'
import { ifRefused } from './failures.js'
import { cancellation, report } from './progress.js'
import { programVersions, schemaHeads } from './schemas.js'

/** How long requests that are under way may take when the floating address leaves, in seconds. */
const ANSWER_TIMEOUT = 5
/** And how long until another host has it: keepalived tells the others that it leaves. */
const HANDOVER_TIMEOUT = 6

/** What services need beyond a new container when their release changes. */
export function upgradeActivities(contexts: CloudContexts) {
  return {
    /** What the containers run, and where the services' schemas stand. @throws RemoteError where no MariaDB tells */
    async inspectVersions(ref: CloudRef): Promise<Versions> {
      const cloud = await contexts.get(ref)
      const [ofMariadb, ofRabbitmq, programs, schemas] = await Promise.all([
        askFirst(cloud, 'mariadb', ['mariadbd', '--version']),
        askFirst(cloud, 'rabbitmq', ['rabbitmqctl', '--quiet', 'version']),
        programVersions(cloud),
        schemaHeads(cloud),
      ])
      return {
        mariadb: /Ver ([\d.]+)/.exec(ofMariadb)?.[1] ?? '',
        rabbitmq: ofRabbitmq.trim(),
        programs,
        schemas,
      }
    },

    /** Where the databases and RabbitMQ stand, as far as they answer: what a rollback can't leave as it is. */
    async inspectMigrations(ref: CloudRef): Promise<KnownSchemas & { readonly rabbitmq: string }> {
      const cloud = await contexts.get(ref)
      const [schemas, rabbitmq] = await Promise.all([
        schemaHeads(cloud).catch(ifRefused(undefined)),
        firstAnswer(cloud, 'rabbitmq', ['rabbitmqctl', '--quiet', 'version']),
      ])
      return { ...(schemas && { schemas }), rabbitmq }
    },

    /**
     * Replaces one load balancer. keepalived goes first and comes last, so that the floating address is on another one
     * meanwhile.
     */
    async replaceLoadBalancer(
      ref: CloudRef,
      host: string,
      names: readonly string[],
    ): Promise<void> {
      const cloud = await contexts.get(ref)
      const others = names.filter((name) => name !== 'keepalived')
      if (others.length > 0 && cloud.cloud.globals.enable_keepalived) {
        await handAddressOver(cloud, host)
      }
      await allEnded(others.map((name) => startContainer(cloud, host, name)))
      await proveHealth(cloud, host, 'haproxy')
      if (!cloud.cloud.globals.enable_keepalived) return
      await startContainer(cloud, host, 'keepalived')
      await proveHealth(cloud, host, 'keepalived')
    },

    /** Every stable feature flag is on: what the next RabbitMQ may take for granted, and what none gives back. */
    async enableFeatureFlags(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await ask(cloud, host, 'rabbitmq', ['rabbitmqctl', '--quiet', 'enable_feature_flag', 'all'])
    },

    /** Hands a node's work to the others and replaces it. */
    async replaceRabbitmq(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const start = async () => {
        await startContainer(cloud, host, 'rabbitmq')
        await proveHealth(cloud, host, 'rabbitmq')
      }
      // One that an earlier attempt has replaced would open no port once it is drained.
      if (!(await isAsWanted(cloud, host, 'rabbitmq'))) return withoutWork(cloud, host, start)
      await start()
      await worksAgain(cloud, host)
    },

    /** Stops a service's containers on a host, and whatever stands by for them; they stay, and so do their volumes. */
    async stopService(ref: CloudRef, host: string, service: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const names = cloud.containers(host).filter((container) => container.service === service)
      const engine = cloud.engine(host)
      await allEnded(names.map(({ name }) => removeContainer(engine, successorOf(name))))
      await allEnded(names.map(({ name }) => stopContainer(engine, name)))
    },
  }
}

/** Stops keepalived; where it held the floating address, another one has it when this returns. */
async function handAddressOver(cloud: CloudContext, host: string): Promise<void> {
  const addresses = floating(cloud.cloud)
  const leave = () => leaveAddresses(cloud.remote(host), addresses, { seconds: ANSWER_TIMEOUT })
  if (!(await holdsAddresses(cloud.remote(host), addresses))) return leave()
  const others = cloud.members('loadbalancer').filter((member) => member !== host)
  const arrived = new AbortController()
  const signal = AbortSignal.any([arrived.signal, cancellation().signal])
  const receive = async (other: string) => {
    const seconds = ANSWER_TIMEOUT + HANDOVER_TIMEOUT
    const came = await receiveAddresses(cloud.remote(other), addresses, { seconds, signal })
    if (came) arrived.abort()
  }
  report('handing the floating address over')
  await allEnded([
    leave(),
    ...others.map((other) =>
      receive(other).catch((error: unknown) => {
        if (!arrived.signal.aborted) throw error
      }),
    ),
  ])
}

/** What the first member says; empty where the cloud has none. */
async function askFirst(
  cloud: CloudContext,
  service: string,
  command: readonly string[],
): Promise<string> {
  const [first] = cloud.members(service)
  return first === undefined ? '' : ask(cloud, first, service, command)
}

/** What the first member says that answers; empty where none does. */
async function firstAnswer(
  cloud: CloudContext,
  service: string,
  command: readonly string[],
): Promise<string> {
  for (const host of cloud.members(service)) {
    const said = await ask(cloud, host, service, command).catch(ifRefused(''))
    if (said.trim() !== '') return said.trim()
  }
  return ''
}
