import type { Finding } from '../model/finding.js'

/** One of Nova's programs, as `GET /os-services` tells it. */
export interface NovaService {
  readonly id: string
  readonly binary: string
  readonly host: string
  readonly state: 'up' | 'down'
  readonly status: 'enabled' | 'disabled'
  readonly disabled_reason: string | null
  /** Somebody has said that it is down. */
  readonly forced_down?: boolean
}

/** As `GET /os-hypervisors/detail` tells it. */
export interface Hypervisor {
  readonly id: string
  readonly hypervisor_hostname: string
  readonly service: { readonly host: string }
}

/** As `GET /agents` tells it. */
export interface NetworkAgent {
  readonly id: string
  /** `neutron-l3-agent` */
  readonly binary: string
  readonly host: string
  readonly alive: boolean
}

/** As `GET /ports` tells it, as far as it is read. */
export interface NetworkPort {
  readonly id: string
  readonly device_id: string
  /** `compute:nova`, `network:router_gateway` */
  readonly device_owner: string
  readonly 'binding:host_id': string
  readonly 'binding:vif_type': string
}

/** A host of the inventory, and by which names OpenStack may know it. */
export interface NamedHost {
  readonly name: string
  /** What `hostname` prints there; undefined where that is not known. */
  readonly hostname?: string
}

/** The same, and what it is to run. */
export interface InventoryHost extends NamedHost {
  /** @param container kolla-ansible's name of it: `neutron_l3_agent` */
  runs(container: string): boolean
}

/** Nova and Neutron by their own word. */
export interface OpenStackState {
  /** Only where Nova is enabled. */
  readonly nova?: {
    readonly services: readonly NovaService[]
    readonly hypervisors: readonly Hypervisor[]
  }
  /** Only where Neutron is. */
  readonly neutron?: {
    readonly agents: readonly NetworkAgent[]
    readonly ports: readonly NetworkPort[]
  }
}

/** What does not do its work: errors where a host of the inventory misses something, warnings for what else is to be known. */
export function judgeOpenStack(
  { nova, neutron }: OpenStackState,
  hosts: readonly InventoryHost[],
): Finding[] {
  const computes = hosts.filter((host) => host.runs('nova_compute'))
  return [
    ...(nova ? judgeServices(nova.services, hosts) : []),
    ...(nova ? computes.flatMap((host) => judgeCompute(nova, host)) : []),
    ...(neutron ? judgeAgents(neutron.agents, hosts) : []),
    ...(neutron ? judgePorts(neutron.ports, hosts) : []),
  ]
}

/**
 * Whether OpenStack's name of a host is that of one of the inventory, where one of both may lack the domain. Names of hosts
 * have no case.
 */
export function isNamed({ name, hostname }: NamedHost, known: string): boolean {
  const there = known.toLowerCase()
  const isSame = (called: string) => {
    const own = called.toLowerCase()
    return own === there || own.startsWith(`${there}.`) || there.startsWith(`${own}.`)
  }
  return isSame(name) || (hostname !== undefined && isSame(hostname))
}

function judgeServices(
  services: readonly NovaService[],
  hosts: readonly InventoryHost[],
): Finding[] {
  return services.flatMap((service) => {
    const { id, binary, host: known, state, status, disabled_reason: reason } = service
    const host = hosts.find((it) => isNamed(it, known))
    if (!host) return [stray(known, binary)]
    if (state === 'down' && !host.runs(containerOf(binary))) {
      const forget =
        binary === 'nova-compute'
          ? `kolla-temporal remove-compute ${host.name}`
          : `openstack compute service delete ${id}`
      return [leftOver(host.name, binary, forget)]
    }
    const findings: Finding[] = []
    if (state === 'down') findings.push(silent(host.name, binary, 'nova'))
    if (status === 'disabled') {
      const message = `${binary} is disabled${reason === null || reason === '' ? '' : ` (${reason})`}, so no machine is started here: \`kolla-temporal enable-compute ${host.name}\` puts it back in use`
      findings.push({ severity: 'warning', host: host.name, message })
    }
    return findings
  })
}

function judgeCompute(
  { services, hypervisors }: NonNullable<OpenStackState['nova']>,
  host: NamedHost,
): Finding[] {
  const service = services.find((it) => it.binary === 'nova-compute' && isNamed(host, it.host))
  if (!service) {
    const message =
      'Nova knows no nova-compute of this host, so no machine can run here: run `kolla-temporal deploy`, and where it does run, look at its log (nova/nova-compute.log of the volume kolla_logs)'
    return [{ severity: 'error', host: host.name, message }]
  }
  if (hypervisors.some((it) => it.service.host === service.host)) return []
  const message =
    'its nova-compute has no hypervisor: look whether libvirt answers (`docker exec nova_libvirt virsh version`), and whether a cell has the host (`docker exec nova_conductor nova-manage cell_v2 list_hosts`)'
  return [{ severity: 'error', host: host.name, message }]
}

function judgeAgents(agents: readonly NetworkAgent[], hosts: readonly InventoryHost[]): Finding[] {
  return agents.flatMap(({ id, binary, host: known, alive }) => {
    const host = hosts.find((it) => isNamed(it, known))
    if (!host) return [stray(known, binary)]
    if (alive) return []
    if (host.runs(containerOf(binary))) return [silent(host.name, binary, 'neutron')]
    return [leftOver(host.name, binary, `openstack network agent delete ${id}`)]
  })
}

function judgePorts(ports: readonly NetworkPort[], hosts: readonly NamedHost[]): Finding[] {
  const failed = ports.filter((port) => port['binding:vif_type'] === 'binding_failed')
  return failed.map(({ id, device_id: device, device_owner: owner, ...port }) => {
    const known = port['binding:host_id']
    const host = hosts.find((it) => isNamed(it, known))?.name ?? known
    const again = owner.startsWith('compute:')
      ? `\`openstack server reboot --hard ${device}\``
      : '`docker restart` of the agent that it is for'
    const message = `the port ${id} (${owner || 'of nobody'}) could not be bound here: Neutron's Open vSwitch agent was not alive, or has no bridge for its network; mend that, then ${again}`
    return { severity: 'warning', host, message }
  })
}

function silent(host: string, binary: string, folder: string): Finding {
  const message = `${binary} does not report: look at its log (${folder}/${binary}.log of the volume kolla_logs), and at the network to RabbitMQ; \`docker restart ${containerOf(binary)}\` begins anew`
  return { severity: 'error', host, message }
}

const containerOf = (binary: string) => binary.replaceAll('-', '_')

/** Of a host that has left a group, and goes on in others. */
function leftOver(host: string, binary: string, forget: string): Finding {
  const message = `${binary} is still registered, and this host does not run it any more: \`${forget}\` takes it away`
  return { severity: 'warning', host, message }
}

function stray(host: string, binary: string): Finding {
  const message = `${binary} is still registered and of no host of the inventory: \`kolla-temporal remove-compute ${host}\` takes it away`
  return { severity: 'warning', host, message }
}
