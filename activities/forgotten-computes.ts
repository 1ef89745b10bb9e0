import type { OpenStackApi } from '../src/host/openstack-api.js'
import type { Finding } from '../src/model/finding.js'
import {
  leftBehind,
  nameless,
  reporting,
  strayComputes,
  whyNotForgotten,
} from '../src/plan/computes.js'
import type { Leaving } from '../src/plan/computes.js'
import { isNamed } from '../src/plan/openstack-health.js'
import type { NetworkAgent, NovaService } from '../src/plan/openstack-health.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { SILENCE, forgetUpgrade } from './computes.js'
import { badInput } from './failures.js'
import { LOOKING, lookUntil } from './look-until.js'
import { machinesOn } from './machines.js'
import { forget } from './one-shots.js'
import { administer } from './openstack.js'
import { allHypervisors, namedHosts } from './openstack-health.js'

export interface ForgottenCompute {
  /** `nova-compute`, `neutron-openvswitch-agent`, `resource provider kolla2` */
  readonly removed: readonly string[]
  readonly warnings: readonly Finding[]
}

export function forgottenComputeActivities(contexts: CloudContexts) {
  return {
    /**
     * Has Nova, Neutron and Placement forget a host; returns what was taken away.
     *
     * @throws ApplicationFailure `BadInput` while it is in use
     */
    async forgetCompute(ref: CloudRef, host: string): Promise<ForgottenCompute> {
      const cloud = await contexts.get(ref)
      const api = await administer(cloud)
      const leaving = await lookWhenSilent(cloud, api, host)
      const findings = whyNotForgotten(leaving)
      if (findings.length > 0) throw badInput(findings)
      const { services, agents } = leftBehind(leaving)
      const names = new Set([
        host,
        ...services.map((it) => it.host),
        ...(await hypervisorsOf(api, services)),
      ])
      // Nova takes a host out of its cell with its service: one that comes back by the same name must be mapped anew.
      if (services.length > 0) await forget(cloud, 'nova-cell', 'discovery')
      for (const { id } of services) await api.call('DELETE', 'compute', `os-services/${id}`)
      for (const { id } of agents) await api.call('DELETE', 'network', `agents/${id}`)
      if (services.length > 0) await forgetUpgrade(cloud, host)
      const providers = await forgetProviders(api, [...names])
      const removed = [...services, ...agents].map(({ binary }) => binary)
      const others = removed.length === 0 ? strayComputes(leaving.services, namedHosts(cloud)) : []
      return {
        removed: [...removed, ...providers.removed],
        warnings: [...others, ...providers.warnings],
      }
    },
  }
}

/** A host that is leaving, once nothing reports from there any more, or for so long that it is not going to end. */
function lookWhenSilent(cloud: CloudContext, api: OpenStackApi, host: string): Promise<Leaving> {
  return lookUntil(
    () => lookAt(cloud, api, host),
    (leaving) => {
      const { isCompute, machines, nameless = [] } = leaving
      const names = reporting(leaving)
      const isRefused = isCompute || machines.length > 0 || nameless.length > 0
      if (isRefused || names.length === 0) return undefined
      return `waiting until ${names.join(', ')} of ${host} is silent`
    },
    { patience: SILENCE, pause: LOOKING },
  )
}

async function lookAt(cloud: CloudContext, api: OpenStackApi, host: string): Promise<Leaving> {
  const hosts = namedHosts(cloud)
  const inventory = hosts.find((it) => isNamed(it, host))
  const { services } = await api.call<{ services: NovaService[] }>('GET', 'compute', 'os-services')
  const { agents } = await api.call<{ agents: NetworkAgent[] }>('GET', 'network', 'agents')
  const isIn = (group: string) =>
    inventory !== undefined && (cloud.cloud.groups.get(group) ?? []).includes(inventory.name)
  const known = { host, isCompute: isIn('compute'), isNetwork: isIn('network'), services, agents }
  const own = hosts.filter(({ name }) => !cloud.isShared(name))
  const leaving = {
    ...known,
    ...(inventory && { inventory }),
    ...(!inventory && { nameless: nameless(own, [...services, ...agents]) }),
    machines: [],
  }
  const names = new Set([host, ...leftBehind(leaving).services.map((it) => it.host)])
  const machines = await Promise.all([...names].map((name) => machinesOn(api, name)))
  return { ...leaving, machines: machines.flat() }
}

async function hypervisorsOf(
  api: OpenStackApi,
  services: readonly NovaService[],
): Promise<string[]> {
  const hypervisors = await allHypervisors(api)
  const hosts = services.map((it) => it.host)
  return hypervisors
    .filter((it) => hosts.includes(it.service.host))
    .map((it) => it.hypervisor_hostname)
}

/** Nova takes its provider away with the service; what it could not is looked for by name. */
async function forgetProviders(
  api: OpenStackApi,
  names: readonly string[],
): Promise<ForgottenCompute> {
  const removed: string[] = []
  const warnings: Finding[] = []
  for (const name of names) {
    const query = new URLSearchParams({ name }).toString()
    const { resource_providers: providers } = await api.call<{
      resource_providers: readonly { uuid: string }[]
    }>('GET', 'placement', `resource_providers?${query}`)
    for (const { uuid } of providers) {
      const path = `resource_providers/${uuid}`
      const { allocations } = await api.call<{ allocations: Record<string, unknown> }>(
        'GET',
        'placement',
        `${path}/allocations`,
      )
      const consumers = Object.keys(allocations)
      if (consumers.length === 0) {
        await api.call('DELETE', 'placement', path)
        removed.push(`resource provider ${name}`)
      } else {
        const message = `Placement still has allocations of ${consumers.join(', ')} on ${name}: \`openstack resource provider allocation delete\` those that are no machines any more, and run this again`
        warnings.push({ severity: 'warning', message })
      }
    }
  }
  return { removed, warnings }
}
