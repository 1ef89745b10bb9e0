import type { HostView, Network } from '../catalog/host-view.js'
import { interfaceOf } from '../catalog/host-view.js'
import { bridgesOf } from '../catalog/ovs-bridges.js'
import { servicesOn } from '../catalog/render.js'
import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'

const networks: readonly Network[] = ['api', 'cluster', 'storage', 'tunnel', 'migration']

/** Interfaces that Open vSwitch is to have for itself: nothing else goes over them afterwards. */
export function checkExternalInterfaces(cloud: Cloud, view: HostView): Finding[] {
  if (!servicesOn(cloud, view.name).some(({ name }) => name === 'openvswitch')) return []
  return bridgesOf(cloud, view).flatMap(({ interface: name }) => {
    const problem = problemOf(view, name)
    if (problem === undefined) return []
    const message = `interface ${name} (neutron_external_interface) ${problem}`
    return [{ severity: 'error' as const, host: view.name, message }]
  })
}

function problemOf(view: HostView, name: string): string | undefined {
  const addresses = view.facts.interfaces[name]
  const wayOut = wayOutFor(view)
  if (!addresses) return `does not exist: ${wayOut}`
  const network = networks.find((it) => interfaceOf(view, it) === name)
  if (network !== undefined) {
    return `is the ${network}_interface, and Open vSwitch would take it away from the host: ${wayOut}`
  }
  if (addresses.length === 0) return undefined
  return `has the address ${addresses.join(', ')}, which Open vSwitch would take away from the host: ${wayOut}`
}

function wayOutFor({ facts }: HostView): string {
  const bare = Object.entries(facts.interfaces)
    .filter(([name, addresses]) => addresses.length === 0 && !ofSwitches.test(name))
    .map(([name]) => name)
  const which = bare.length === 0 ? 'the host has none yet' : `the host has ${bare.join(', ')}`
  return `name one without an address, in globals.yml or for this host (${which})`
}

/** Interfaces that Open vSwitch, Neutron, Nova or Docker make. */
const ofSwitches = /^(?:ovs-|br-|tap|q[brv][bo-]|vxlan_|veth|docker|virbr|lo$)/
