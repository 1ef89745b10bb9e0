import type { OpenStackApi } from '../src/host/openstack-api.js'
import type { Finding } from '../src/model/finding.js'
import { leaveNote, removeNote } from '../src/host/notes.js'
import { silentComputes } from '../src/plan/computes.js'
import { isNamed } from '../src/plan/openstack-health.js'
import { notes } from '../src/plan/drained.js'
import type { NovaService } from '../src/plan/openstack-health.js'
import { HostUnreachable } from '../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { badInput } from './failures.js'
import { LOOKING, lookUntil } from './look-until.js'
import { administer } from './openstack.js'
import { namedHosts } from './openstack-health.js'

/** Who disables computes. */
type Drainer = 'drain-compute' | 'upgrade'

/** What stands as the reason of a service that one of them disabled. */
const reasonOf = (by: Drainer) => `kolla-temporal ${by}`

/** How the reason begins with which Nova disables a host by itself, whose libvirt is away: it enables it by itself, too. */
const novas = 'AUTO: '

/** How long is waited until a host reports, or is silent: Nova and Neutron take for alive what was heard of up to 75 s ago. */
export const SILENCE = 90_000

export function computeActivities(contexts: CloudContexts) {
  return {
    /** Lets no more machines start on a host; returns Nova's name of it. @throws ApplicationFailure `BadInput` where it is unknown, or down */
    async disableCompute(
      ref: CloudRef,
      host: string,
      by: Drainer = 'drain-compute',
    ): Promise<string> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      const look = () => computeService(cloud, api, host)
      // An upgrade has just replaced the conductors that computes report through.
      const service = await (by === 'upgrade' ? whenItReports(host, look) : look())
      if (service.state === 'down') {
        const message =
          'its nova-compute is down, so nothing can be migrated from there: start it, or where the host is dead, `openstack server evacuate` each machine'
        throw badInput([{ severity: 'error', host, message }])
      }
      const { status, disabled_reason: why } = service
      const isNoPersons = by === 'upgrade' ? why?.startsWith(novas) : why === reasonOf('upgrade')
      if (status === 'enabled' || isNoPersons === true) {
        if (by === 'upgrade') await leaveNote(cloud.remote(host), notes.compute)
        const body = { status: 'disabled', disabled_reason: reasonOf(by) }
        await api.call('PUT', 'compute', `os-services/${service.id}`, body)
      }
      if (by === 'drain-compute') await forgetUpgrade(cloud, host)
      return service.host
    },

    async enableCompute(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      const { id, status } = await computeService(cloud, api, host)
      if (status !== 'enabled') {
        await api.call('PUT', 'compute', `os-services/${id}`, { status: 'enabled' })
      }
      await forgetUpgrade(cloud, host)
    },

    /** Enables a host that an upgrade has disabled, and none that somebody else has. */
    async reenableCompute(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await enableAgain(cloud, await administer(cloud), host)
      await forgetUpgrade(cloud, host)
    },

    /** The same as soon as it reports: the scheduler sends no machine to a host that is down, whoever has enabled it. */
    async openCompute(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      await whenItReports(host, () => computeService(cloud, api, host))
      await enableAgain(cloud, api, host)
      await forgetUpgrade(cloud, host)
    },

    /** Compute hosts whose nova-compute does not report, though nobody has said that it is down. */
    async checkComputes(ref: CloudRef): Promise<Finding[]> {
      const cloud = await contexts.get(ref)
      const services = await computeServices(await administer(cloud))
      return silentComputes(services, namedHosts(cloud))
    },
  }
}

/** A nova-compute that was replaced a moment ago, or whose conductor was, counts as down for a while. */
function whenItReports(host: string, look: () => Promise<NovaService>): Promise<NovaService> {
  return lookUntil(
    look,
    ({ state }) => (state === 'down' ? `waiting until nova-compute of ${host} reports` : undefined),
    { patience: SILENCE, pause: LOOKING },
  )
}

async function computeService(
  cloud: CloudContext,
  api: OpenStackApi,
  host: string,
): Promise<NovaService> {
  const services = await computeServices(api)
  const found = serviceOf(cloud, services, host)
  if (found) return found
  const known = services.map((it) => it.host).join(', ') || 'none'
  const message = `Nova knows no compute host ${host}: it knows ${known}`
  throw badInput([{ severity: 'error', message }])
}

function serviceOf(
  cloud: CloudContext,
  services: readonly NovaService[],
  host: string,
): NovaService | undefined {
  const named = namedHosts(cloud).find((it) => isNamed(it, host)) ?? { name: host }
  return services.find((it) => it.host === host) ?? services.find((it) => isNamed(named, it.host))
}

/** Enables a host that an upgrade has disabled, and none that somebody else has. Nova may have forgotten it since. */
async function enableAgain(cloud: CloudContext, api: OpenStackApi, host: string): Promise<void> {
  const service = serviceOf(cloud, await computeServices(api), host)
  if (service?.status !== 'disabled' || service.disabled_reason !== reasonOf('upgrade')) return
  await api.call('PUT', 'compute', `os-services/${service.id}`, { status: 'enabled' })
}

/** As `reenableCompute`, on a host that answers: without its note nobody would know. */
export async function takeBackCompute(cloud: CloudContext, host: string): Promise<void> {
  await enableAgain(cloud, await administer(cloud), host)
  await removeNote(cloud.remote(host), notes.compute)
}

/**
 * Whatever an upgrade that was ended by force has left is a person's from now on. On a host that is away its note may
 * stay: the reason that Nova keeps decides.
 */
export async function forgetUpgrade(cloud: CloudContext, host: string): Promise<void> {
  const own = namedHosts(cloud).find((it) => isNamed(it, host))
  if (!own) return
  try {
    await removeNote(cloud.remote(own.name), notes.compute)
  } catch (error) {
    if (!(error instanceof HostUnreachable)) throw error
  }
}

export async function computeServices(api: OpenStackApi): Promise<NovaService[]> {
  const path = 'os-services?binary=nova-compute'
  const { services } = await api.call<{ services: NovaService[] }>('GET', 'compute', path)
  return services
}
