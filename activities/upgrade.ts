import { floating } from '../src/catalog/floating.js'
import { sqlName } from '../src/catalog/mariadb-accounts.js'
import { removeContainer, stopContainer } from '../src/docker/containers.js'
import { DockerError } from '../src/docker/errors.js'
import { holdsAddresses, leaveAddresses, receiveAddresses } from '../src/host/floating-address.js'
import { successorOf } from '../src/plan/passing.js'
import type { Versions } from '../src/plan/release-record.js'
import { RemoteError } from '../src/ssh/errors.js'
import { allEnded } from './all-ended.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { ask, isAsWanted, proveHealth, startContainer } from './containers.js'
import { withoutWork, worksAgain } from './maintenance.js'
import { cancellation, report } from './progress.js'

/** How long requests that are under way may take when the floating address leaves, in seconds. */
const ANSWER_TIMEOUT = 5
/** And how long until another host has it: keepalived tells the others that it leaves. */
const HANDOVER_TIMEOUT = 6

/** What services need beyond a new container when their release changes. */
export function upgradeActivities(contexts: CloudContexts) {
  return {
    /** What the containers run, and where Keystone's schema stands. */
    async inspectVersions(ref: CloudRef): Promise<Versions> {
      const cloud = await contexts.get(ref)
      const select = ['mariadb', '-NBe', selectHeads(cloud)]
      const [ofMariadb, ofRabbitmq, ofKeystone, heads] = await Promise.all([
        askFirst(cloud, 'mariadb', ['mariadbd', '--version']),
        askFirst(cloud, 'rabbitmq', ['rabbitmqctl', '--quiet', 'version']),
        askFirst(cloud, 'keystone', ['keystone-manage', '--version']),
        cloud.members('keystone').length > 0 ? askFirst(cloud, 'mariadb', select) : '',
      ])
      return {
        mariadb: /Ver ([\d.]+)/.exec(ofMariadb)?.[1] ?? '',
        rabbitmq: ofRabbitmq.trim(),
        keystone: ofKeystone.trim(),
        schema: heads.trim().split('\n').sort(),
      }
    },

    /** Where the database and RabbitMQ stand, as far as they answer: what a rollback can't leave as it is. */
    async inspectMigrations(
      ref: CloudRef,
    ): Promise<{ readonly schema?: readonly string[]; readonly rabbitmq: string }> {
      const cloud = await contexts.get(ref)
      const select = selectHeads(cloud)
      const [heads, rabbitmq] = await Promise.all([
        firstAnswer(cloud, 'mariadb', ['mariadb', '-NBe', select]),
        firstAnswer(cloud, 'rabbitmq', ['rabbitmqctl', '--quiet', 'version']),
      ])
      return { ...(heads !== '' && { schema: heads.split('\n').sort() }), rabbitmq }
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

/** What to take for the answer of a container that is down or refuses; a host that is away is no answer. */
function ifRefused<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof RemoteError || error instanceof DockerError) return answer
    throw error
  }
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

function selectHeads({ cloud }: CloudContext): string {
  return `SELECT version_num FROM ${sqlName(cloud.globals.keystone_database_name)}.alembic_version`
}
