import { forgetVersionsSql } from '../src/catalog/nova/service-versions.js'
import { frontendNamesOf } from '../src/catalog/render.js'
import { startContainer as startStopped, stopContainer } from '../src/docker/containers.js'
import { isNoAnswer } from '../src/host/openstack-api.js'
import { RemoteError, RemoteTimeout } from '../src/ssh/errors.js'
import { undiscovered } from '../src/plan/nova-hosts.js'
import { allEnded } from './all-ended.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { computeServices } from './computes.js'
import {
  ask,
  HEALTH_TIMEOUT,
  isAsWanted,
  proveComponent,
  proveHealth,
  startContainer,
} from './containers.js'
import { drained } from './drained.js'
import { lookUntil } from './look-until.js'
import { sql } from './mariadb.js'
import { note } from './one-shots.js'
import { administer } from './openstack.js'

const conductor = 'nova_conductor'

/** How long to wait before the hosts that have registered are looked at again, in milliseconds. */
const PAUSE = 2_000

/** Containers whose processes keep to what the oldest compute host understood when they began. */
const pinned = ['nova_api', 'nova_scheduler', 'nova_conductor', 'nova_compute']

/** Container → what Nova calls its service, and whether that tells its version again and again. */
const versioned: Readonly<Record<string, { readonly binary: string; readonly reports: boolean }>> =
  {
    nova_api: { binary: 'nova-osapi_compute', reports: false },
    nova_metadata: { binary: 'nova-metadata', reports: false },
    nova_scheduler: { binary: 'nova-scheduler', reports: true },
    nova_conductor: { binary: 'nova-conductor', reports: true },
    nova_compute: { binary: 'nova-compute', reports: true },
  }

export function novaActivities(contexts: CloudContexts) {
  return {
    /** Starts or replaces one container, and proves that one alone: others of its service may not be there yet. */
    async startAlone(ref: CloudRef, host: string, name: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await startContainer(cloud, host, name)
      await proveComponent(cloud, host, name)
    },

    /** Maps every compute host to its cell, once it has registered; those that are mapped are left. */
    async discoverComputes(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const wanted = cloud.members('compute').map((name) => cloud.facts(name).hostname)
      // nova-manage takes seconds to load: Nova's API is asked until there is something to do for it.
      const silent = await awaitRegistration(cloud, wanted)
      const told = await cellManage(cloud, host, ['discover_hosts', '--by-service', '--verbose'])
      if (silent.length > 0) throw unregistered(host, silent)
      const listed = await cellManage(cloud, host, ['list_hosts'])
      const missing = undiscovered(listed, wanted)
      if (missing.length > 0) throw unmapped(host, missing, told + listed)
      await note(cloud, 'nova-cell', 'discovery')
    },

    /**
     * Has Nova forget of which version some services of a host are, before they begin with an older one: it takes none
     * that is older than all that it knows of their kind. Those that would tell it again are stopped; what runs already
     * as it should is left.
     */
    async forgetVersions(ref: CloudRef, host: string, names: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      const [member] = cloud.members('mariadb')
      const known = names.flatMap((name) => {
        const service = Object.hasOwn(versioned, name) ? versioned[name] : undefined
        return service ? [{ name, ...service }] : []
      })
      const isLeft = await Promise.all(known.map(({ name }) => isAsWanted(cloud, host, name)))
      const older = known.filter((_, index) => isLeft[index] === false)
      if (member === undefined || older.length === 0) return
      const engine = cloud.engine(host)
      const reporting = older.filter(({ reports }) => reports)
      await allEnded(reporting.map(({ name }) => stopContainer(engine, name)))
      const { hostname } = cloud.facts(host)
      const binaries = older.map(({ binary }) => binary)
      await sql(cloud, member, forgetVersionsSql(cloud.cloud, hostname, binaries))
    },

    /** Has the processes of a service begin again, so that they look anew what compute hosts understand. */
    async restartPinned(ref: CloudRef, host: string, service: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const engine = cloud.engine(host)
      const own = cloud.containers(host).filter((container) => container.service === service)
      const names = own.map(({ name }) => name).filter((name) => pinned.includes(name))
      const restart = async () => {
        await allEnded(
          names.map(async (name) => {
            await stopContainer(engine, name)
            await startStopped(engine, name)
          }),
        )
        await proveHealth(cloud, host, service)
      }
      const balanced = names.filter((name) => frontendNamesOf(cloud.cloud, name).length > 0)
      await (balanced.length > 0 ? drained(cloud, host, balanced, restart) : restart())
    },
  }
}

/**
 * Returns those that have not registered when patience has come to its end. Until then Nova may fail to answer: HAProxy
 * may not have taken an API for up yet that began a moment ago.
 */
async function awaitRegistration(
  cloud: CloudContext,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const api = await administer(cloud)
  let silence: Error | undefined
  const missing = await lookUntil(
    async () => {
      silence = undefined
      const services = await computeServices(api).catch((error: unknown) => {
        if (!isNoAnswer(error)) throw error
        silence = error
        return []
      })
      return wanted.filter((name) => !services.some(({ host }) => host === name))
    },
    (names) => (names.length === 0 ? undefined : `waiting for ${names.join(', ')}`),
    { patience: HEALTH_TIMEOUT, pause: PAUSE },
  )
  if (silence) throw silence
  return missing
}

function cellManage(
  cloud: CloudContext,
  host: string,
  command: readonly string[],
): Promise<string> {
  return ask(cloud, host, conductor, ['nova-manage', 'cell_v2', ...command])
}

function unregistered(host: string, missing: readonly string[]): RemoteTimeout {
  return new RemoteTimeout(host, 'every compute host registered with Nova', HEALTH_TIMEOUT, [
    `${missing.join(', ')} did not: /var/log/kolla/nova/nova-compute.log there tells why`,
  ])
}

function unmapped(host: string, missing: readonly string[], printed: string): RemoteError {
  const why = `${missing.join(', ')} has registered, and no cell has it`
  const command = `nova-manage cell_v2 discover_hosts in ${conductor}`
  return new RemoteError(host, command, 0, [why, ...printed.trim().split('\n').slice(-20)])
}
