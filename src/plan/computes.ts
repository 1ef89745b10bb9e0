import type { Finding } from '../model/finding.js'
import { isNamed } from './openstack-health.js'
import type { NamedHost, NetworkAgent, NovaService } from './openstack-health.js'

/** A machine, as `GET /servers/detail` tells it to an administrator. */
export interface Machine {
  readonly id: string
  readonly name: string
  /** `ACTIVE`, `SHUTOFF`, `ERROR` … */
  readonly status: string
  readonly 'OS-EXT-STS:task_state': string | null
  readonly 'OS-EXT-SRV-ATTR:host': string | null
  /** Of one that is `ERROR`: what Nova noted. */
  readonly fault?: { readonly message: string }
}

/**
 * What brings a machine to another host: live where it runs, cold where it is shut off; `confirm` where it has gone and
 * waits for that, unless it was a resize, which is its owner's to confirm. Undefined where nothing can.
 */
export function wayOf(
  { status }: Machine,
  isHere: boolean,
): 'live' | 'cold' | 'confirm' | undefined {
  if (status === 'ACTIVE' || status === 'PAUSED') return 'live'
  if (status === 'SHUTOFF') return 'cold'
  return status === 'VERIFY_RESIZE' && !isHere ? 'confirm' : undefined
}

/** A host that is to be forgotten, and what OpenStack still knows of it. */
export interface Leaving {
  /** As it was named. */
  readonly host: string
  /** In the inventory, if it is there in other groups than `compute`. */
  readonly inventory?: NamedHost
  /** Where it is not there: hosts of the inventory whose own names nobody knows, so that it may be one of them. */
  readonly nameless?: readonly string[]
  readonly isCompute: boolean
  /** Whether it is in the group `network`: its agents are in use. */
  readonly isNetwork: boolean
  readonly services: readonly NovaService[]
  readonly agents: readonly NetworkAgent[]
  readonly machines: readonly Machine[]
}

/** What of a host's is taken away: of one that has other work, what a compute host alone has. */
export function leftBehind({
  host,
  inventory,
  isNetwork,
  services,
  agents,
}: Leaving): Pick<Leaving, 'services' | 'agents'> {
  const named = inventory ?? { name: host }
  const own = {
    services: services.filter((it) => isNamed(named, it.host)),
    agents: agents.filter((it) => isNamed(named, it.host)),
  }
  if (!inventory) return own
  const isOfCompute = ({ binary }: NetworkAgent) =>
    binary === 'neutron-openvswitch-agent' && !isNetwork
  return {
    services: own.services.filter(({ binary }) => binary === 'nova-compute'),
    agents: own.agents.filter(isOfCompute),
  }
}

/** What reports from a host, as Nova and Neutron tell: for a minute or so, what has just been stopped does, too. */
export function reporting(leaving: Leaving): string[] {
  const { services, agents } = leftBehind(leaving)
  return [
    ...services.filter(({ state }) => state === 'up'),
    ...agents.filter(({ alive }) => alive),
  ].map(({ binary }) => binary)
}

/** Hosts of the inventory that did not tell their name, and that OpenStack does not know by the inventory's. */
export function nameless(
  hosts: readonly NamedHost[],
  known: readonly { readonly host: string }[],
): string[] {
  return hosts
    .filter((it) => it.hostname === undefined && !known.some(({ host }) => isNamed(it, host)))
    .map(({ name }) => name)
}

/** Why a host can't be forgotten, all of it at once. */
export function whyNotForgotten(leaving: Leaving): Finding[] {
  const { host, isCompute, machines, nameless = [] } = leaving
  const error = (message: string): Finding => ({ severity: 'error', host, message })
  const working = reporting(leaving)
  return [
    ...(isCompute
      ? [error('it is in the group compute of the inventory: take it out there first')]
      : []),
    ...(nameless.length > 0
      ? [
          error(
            `the inventory has no host of that name, and it may be one that did not tell its own (${nameless.join(', ')}): start what is away, or take it out of the inventory, and run this again`,
          ),
        ]
      : []),
    ...(working.length > 0
      ? [
          error(
            `${working.join(', ')} ${working.length === 1 ? 'reports' : 'report'} from there: \`docker stop ${working.map((binary) => binary.replaceAll('-', '_')).join(' ')}\` on it, and run this again`,
          ),
        ]
      : []),
    ...(machines.length > 0
      ? [
          error(
            `it has machines: ${machines.map(({ name, id }) => `${name} (${id})`).join(', ')}; bring them away with \`kolla-temporal drain-compute ${host}\`, or \`openstack server evacuate\` where the host is dead`,
          ),
        ]
      : []),
  ]
}

/**
 * Compute hosts that do not report. While Nova knows of one, everything keeps to what its release understands, for good
 * where it is dead: it does not count once it is forced down or forgotten.
 */
export function silentComputes(
  services: readonly NovaService[],
  hosts: readonly NamedHost[],
): Finding[] {
  const silent = services.filter(
    ({ state, forced_down: isForced }) => state === 'down' && isForced !== true,
  )
  return silent.map(({ host: known }) => {
    const host = hosts.find((it) => isNamed(it, known))?.name
    const message = `the nova-compute of ${known} is down, and with it Nova would go on speaking the older release everywhere: start it (\`docker restart nova_compute\` there), or where the host is dead, \`openstack compute service set --down ${known} nova-compute\`, or take it out of the inventory and \`kolla-temporal remove-compute ${known}\``
    return { severity: 'error', ...(host !== undefined && { host }), message }
  })
}

/** What Nova knows of no host of the inventory, for who has named one by another name than Nova does. */
export function strayComputes(
  services: readonly NovaService[],
  hosts: readonly NamedHost[],
): Finding[] {
  const strays = services.filter(
    ({ binary, host }) => binary === 'nova-compute' && !hosts.some((it) => isNamed(it, host)),
  )
  return strays.map(({ host }) => ({
    severity: 'warning',
    message: `Nova knows a compute host ${host} that is none of the inventory: if that was meant, \`kolla-temporal remove-compute ${host}\``,
  }))
}
