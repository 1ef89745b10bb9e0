import type { HostView } from '../catalog/host-view.js'
import { interfaceOf } from '../catalog/host-view.js'
import type { ObservedHost } from '../model/observed-host.js'
import type { Cloud } from '../model/cloud.js'
import { externalVip } from '../model/external-vip.js'
import type { Finding } from '../model/finding.js'
import { inNetwork } from './address.js'
import { label } from './desired.js'

/** The addresses that keepalived will move about must be in their interface's network, and nobody else's. */
export function checkFloatingAddresses(
  cloud: Cloud,
  views: readonly HostView[],
  observed: readonly ObservedHost[],
): Finding[] {
  if (!cloud.globals.enable_keepalived) return []
  const balancers = views.filter((view) => cloud.groups.get('loadbalancer')?.includes(view.name))
  const addresses = [
    {
      key: 'kolla_internal_vip_address',
      vip: cloud.globals.kolla_internal_vip_address,
      on: (it: HostView) => interfaceOf(it, 'api'),
    },
    {
      key: 'kolla_external_vip_address',
      vip: externalVip(cloud.globals),
      on: (it: HostView) => it.globals.kolla_external_vip_interface,
    },
  ]
  return addresses.flatMap(({ key, vip, on }) =>
    vip === undefined
      ? []
      : [
          ...balancers.flatMap((view) => outside(view, key, vip, on(view))),
          ...taken(cloud, key, vip, observed),
        ],
  )
}

function outside(view: HostView, key: string, vip: string, interfaceName: string): Finding[] {
  const networks = (view.facts.interfaces[interfaceName] ?? []).filter((it) => !it.endsWith('/32'))
  if (networks.length === 0 || networks.some((network) => inNetwork(vip, network))) return []
  return [
    {
      severity: 'error',
      host: view.name,
      message: `${key} ${vip} is outside the network of ${interfaceName} (${networks.join(', ')}): choose a free address in it`,
    },
  ]
}

/**
 * Who holds a floating address. keepalived clears one that it left behind (`/32`) as soon as it starts again; nobody
 * does so on a host that is no load balancer, and a host's own address is nobody's to move.
 */
function taken(
  cloud: Cloud,
  key: string,
  vip: string,
  observed: readonly ObservedHost[],
): Finding[] {
  const balancers = cloud.groups.get('loadbalancer') ?? []
  return observed.flatMap(({ facts, containers }) => {
    const ours = containers.some(
      (container) =>
        container.name === 'keepalived' && container.labels[label.cloud] === cloud.name,
    )
    return Object.entries(facts.interfaces).flatMap(([name, addresses]): Finding[] => {
      const address = addresses.find((it) => it.replace(/\/\d+$/, '') === vip)
      if (address === undefined) return []
      const leftBehind = address.endsWith('/32')
      if (leftBehind && (ours || balancers.includes(facts.name))) return []
      // The operator's own keepalived.conf may give it the network's prefix.
      if (ours && addresses.length > 1) return []
      const wayOut = leftBehind
        ? `is still on ${name}, as a keepalived that was killed leaves it: ip address delete ${address} dev ${name}`
        : `is the host's own address: choose one that no host has`
      return [{ severity: 'error', host: facts.name, message: `${key} ${vip} ${wayOut}` }]
    })
  })
}
