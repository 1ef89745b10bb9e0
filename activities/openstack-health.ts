import { runsOn } from '../src/catalog/render.js'
import type { OpenStackApi } from '../src/host/openstack-api.js'
import type { Finding } from '../src/model/finding.js'
import { judgeOpenStack } from '../src/plan/openstack-health.js'
import type {
  Hypervisor,
  NamedHost,
  NetworkAgent,
  NetworkPort,
  NovaService,
  OpenStackState,
} from '../src/plan/openstack-health.js'
import { HostError } from '../src/ssh/errors.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { readable } from './failures.js'
import { lookUntil } from './look-until.js'
import type { Patience } from './look-until.js'
import { administer } from './openstack.js'

/**
 * How long what is wrong is waited for, in milliseconds: agents report every 30 s, and one that was replaced a moment ago
 * has not yet.
 */
const reporting: Patience = { patience: 90_000, pause: 2000 }

export function openStackHealthActivities(contexts: CloudContexts) {
  return {
    /**
     * What does not do its work by Nova's and Neutron's own word; nothing where neither is enabled. `at once`: only to be
     * told, in warnings, and not waited for.
     */
    async inspectOpenStack(
      ref: CloudRef,
      patience: 'until they report' | 'at once' = 'until they report',
    ): Promise<readonly Finding[]> {
      const cloud = await contexts.get(ref)
      const { enable_nova, enable_neutron, enable_keystone } = cloud.cloud.globals
      if (!enable_keystone || !(enable_nova || enable_neutron)) return []
      if (patience === 'at once') return readable(await lookOnce(cloud))
      const look = lookingAt(cloud, await administer(cloud))
      const findings = await lookUntil(
        look,
        (found) => {
          const errors = found.filter(({ severity }) => severity === 'error').length
          return errors === 0 ? undefined : `${errors} agents and services do not work yet`
        },
        reporting,
      )
      return readable(findings)
    },
  }
}

/** Of what is registered by now: the rest is still to come. */
async function lookOnce(cloud: CloudContext): Promise<Finding[]> {
  try {
    const api = await administer(cloud)
    const look = lookingAt(cloud, api, (type) => api.has(type))
    return (await look()).map((finding) => ({ ...finding, severity: 'warning' }))
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    const message = `Nova and Neutron do not tell how they are: ${error.message}`
    return [{ severity: 'warning', message }]
  }
}

/** What asks, each time it is called. */
function lookingAt(
  cloud: CloudContext,
  api: OpenStackApi,
  isAsked: (type: 'compute' | 'network') => boolean = () => true,
): () => Promise<Finding[]> {
  const { enable_nova, enable_neutron } = cloud.cloud.globals
  const hosts = namedHosts(cloud).map((host) => ({
    ...host,
    runs: (container: string) => runsOn(cloud.cloud, host.name, container),
  }))
  return async () => {
    const state = {
      ...(enable_nova && isAsked('compute') && { nova: await askNova(api) }),
      ...(enable_neutron && isAsked('network') && { neutron: await askNeutron(api) }),
    }
    return judgeOpenStack(state, hosts)
  }
}

/** Every host of the inventory, with the name that it has itself where that was seen. */
export function namedHosts({ cloud, found }: CloudContext): NamedHost[] {
  const hostnames = new Map(found.hosts.map(({ name, hostname }) => [name, hostname]))
  return cloud.hosts.map(({ name }) => {
    const hostname = hostnames.get(name)
    return { name, ...(hostname !== undefined && { hostname }) }
  })
}

async function askNova(api: OpenStackApi): Promise<NonNullable<OpenStackState['nova']>> {
  const { services } = await api.call<{ services: NovaService[] }>('GET', 'compute', 'os-services')
  return { services, hypervisors: await allHypervisors(api) }
}

export function allHypervisors(api: OpenStackApi): Promise<Hypervisor[]> {
  return api.listAll('os-hypervisors/detail', 'hypervisors')
}

async function askNeutron(api: OpenStackApi): Promise<NonNullable<OpenStackState['neutron']>> {
  const { agents } = await api.call<{ agents: NetworkAgent[] }>('GET', 'network', 'agents')
  const fields = ['id', 'device_id', 'device_owner', 'binding:host_id', 'binding:vif_type']
  const query = new URLSearchParams(
    fields.map((field) => ['fields', field] as [string, string]),
  ).toString()
  const { ports } = await api.call<{ ports: NetworkPort[] }>('GET', 'network', `ports?${query}`)
  return { agents, ports }
}
