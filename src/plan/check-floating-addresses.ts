import type { HostView } from '../catalog/host-view.js'
import { interfaceOf } from '../catalog/host-view.js'
import type { ObservedHost } from '../model/observed-host.js'
import type { Cloud } from '../model/cloud.js'
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
  const { kolla_internal_vip_address: internal, kolla_external_vip_address: external } =
    cloud.globals
  const balancers = views.filter((view) => cloud.groups.get('loadbalancer')?.includes(view.name))
  const addresses = [
    {
      key: 'kolla_internal_vip_address',
      vip: internal,
      on: (it: HostView) => interfaceOf(it, 'api'),
    },
    {
      key: 'kolla_external_vip_address',
      vip: external,
      on: (it: HostView) => it.globals.kolla_external_vip_interface,
    },
  ]
  return addresses
    .filter(({ vip }, index) => index === 0 || vip !== internal)
    .flatMap(({ key, vip, on }) => [
      ...balancers.flatMap((view) => outside(view, key, vip, on(view))),
      ...taken(cloud.name, key, vip, observed),
    ])
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

function taken(
  cloud: string,
  key: string,
  vip: string,
  observed: readonly ObservedHost[],
): Finding[] {
  const [holder] = observed.flatMap((host) =>
    Object.entries(host.facts.interfaces).flatMap(([name, addresses]) =>
      addresses
        .filter((address) => address.replace(/\/\d+$/, '') === vip)
        .map((address) => ({ ...host, name, address })),
    ),
  )
  if (!holder) return []
  const ours = holder.containers.some(
    (container) => container.name === 'keepalived' && container.labels[label.cloud] === cloud,
  )
  if (ours) return []
  const { name, address } = holder
  const wayOut = address.endsWith('/32')
    ? `is still on ${name}, as a keepalived that was killed leaves it: ip address delete ${address} dev ${name}`
    : `is the host's own address: choose one that no host has`
  return [{ severity: 'error', host: holder.facts.name, message: `${key} ${vip} ${wayOut}` }]
}
