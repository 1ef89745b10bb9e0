import { runonce } from '../../plan/runonce.js'
import type { RunonceNetworks } from '../../plan/runonce.js'
import type { OpenStackApi } from '../openstack-api.js'
import { ensure } from './thing.js'
import type { Outcome, Thing } from './thing.js'

/** An external network, one for machines, and the router between them. */
export async function ensureNetworks(
  api: OpenStackApi,
  { external, demo }: RunonceNetworks,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const made = async (...wanted: Parameters<typeof ensure>) => {
    const { thing, outcome } = await ensure(...wanted)
    outcomes.push(outcome)
    return thing
  }
  const own = { project_id: api.project }
  const outside =
    external &&
    (await made(api, {
      type: 'network',
      kind: 'network',
      name: runonce.externalNetwork,
      properties: {
        'router:external': true,
        shared: false,
        'provider:network_type': 'flat',
        'provider:physical_network': runonce.physicalNetwork,
      },
    }))
  if (external && outside) {
    await made(api, {
      type: 'network',
      kind: 'subnet',
      name: runonce.externalSubnet,
      by: { network_id: outside.id },
      properties: {
        network_id: outside.id,
        ip_version: 4,
        cidr: external.cidr,
        gateway_ip: external.gateway,
        enable_dhcp: false,
        allocation_pools: [external.pool],
      },
    })
  }
  const inside = await made(api, {
    type: 'network',
    kind: 'network',
    name: runonce.network,
    by: own,
    properties: {},
  })
  const subnet = await made(api, {
    type: 'network',
    kind: 'subnet',
    name: runonce.subnet,
    by: { network_id: inside.id },
    properties: {
      network_id: inside.id,
      ip_version: 4,
      cidr: demo.cidr,
      gateway_ip: demo.gateway,
      dns_nameservers: [demo.dns],
    },
  })
  const router = await made(api, {
    type: 'network',
    kind: 'router',
    name: runonce.router,
    by: own,
    properties: {},
  })
  outcomes.push(await ensureInterface(api, router, subnet))
  if (outside) outcomes.push(await ensureGateway(api, router, outside))
  return outcomes
}

async function ensureInterface(api: OpenStackApi, router: Thing, subnet: Thing): Promise<Outcome> {
  const what = `interface of ${runonce.router} in ${runonce.subnet}`
  const { ports } = await api.call<{ ports: readonly Thing[] }>(
    'GET',
    'network',
    `ports?device_id=${router.id}&fixed_ips=subnet_id%3D${subnet.id}`,
  )
  if (ports.length > 0) return { what, state: 'found' }
  await api.call('PUT', 'network', `routers/${router.id}/add_router_interface`, {
    subnet_id: subnet.id,
  })
  return { what, state: 'made' }
}

async function ensureGateway(api: OpenStackApi, router: Thing, outside: Thing): Promise<Outcome> {
  const what = `gateway of ${runonce.router} to ${runonce.externalNetwork}`
  const gateway = router['external_gateway_info'] as { network_id: string } | null | undefined
  if (gateway) {
    const differs = `it leads to the network ${gateway.network_id}`
    return { what, state: 'found', ...(gateway.network_id !== outside.id && { differs }) }
  }
  await api.call('PUT', 'network', `routers/${router.id}`, {
    router: { external_gateway_info: { network_id: outside.id } },
  })
  return { what, state: 'made' }
}
