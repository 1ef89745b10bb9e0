import type { Finding } from '../model/finding.js'
import type { Domain } from './domain-xml.js'
import { machineOfDisk } from './orphans.js'
import type { HostedMachine, Orphans } from './orphans.js'
import type { PluggedPort } from './plugged-ports.js'

/** Where what is told of orphans comes from. */
export interface OrphansPlace {
  /** Id of a machine → what libvirt tells of it, of those that were asked about. */
  readonly domains: ReadonlyMap<string, Domain>
  /** Names of the pools in Ceph. */
  readonly pools: Readonly<Record<'disks' | 'volumes' | 'images', string>>
  /** Where Cinder is to take a volume from: `kolla1@rbd-1#rbd-1`; undefined where nothing serves volumes. */
  readonly backend: string | undefined
}

/** Of each kind so many are told in full … */
export const MOST_IN_FULL = 20
/** … and so many more by name. */
const MOST_BY_NAME = 100

/** One sentence each: what, where, whose, and what deletes or adopts it. Nothing of it is done by anybody else. */
export function describeOrphans(orphans: Orphans, place: OrphansPlace): Finding[] {
  const { machines, ports, disks, volumes, images } = orphans
  return [
    ...capped('machines', machines, (it) => describeMachine(it, place), hosted),
    ...capped('disks of machines', disks, (it) => describeDisk(it, orphans, place)),
    ...capped('volumes', volumes, (it) => describeVolume(it, orphans, place)),
    ...capped('images', images, (it) => describeImage(it, place)),
    ...capped('ports', ports, describePort, ({ host, port }) => hosted({ host, id: port })),
  ]
}

function describeMachine({ host, id }: HostedMachine, { domains }: OrphansPlace): Finding {
  const virsh = (command: string) => `\`docker exec nova_libvirt virsh ${command} ${id}\``
  const message = `the machine ${id}${detailsOf(domains.get(id))} is here and Nova does not know it: ${virsh('shutdown')} stops it, or ${virsh('destroy')} at once, and ${virsh('undefine --nvram')} then removes it and leaves its disk and its volumes, from which another can be booted; Nova adopts none that runs`
  return { severity: 'warning', host, message }
}

function detailsOf(domain: Domain | undefined): string {
  const { name, owner } = domain ?? {}
  const details = [
    ...(name === undefined ? [] : [name]),
    ...(owner ? [`of project ${owner.project}, user ${owner.user}`] : []),
  ]
  return details.length === 0 ? '' : ` (${details.join(', ')})`
}

function describeDisk(
  name: string,
  { machines }: Orphans,
  { pools, domains }: OrphansPlace,
): Finding {
  const image = `${pools.disks}/${name}`
  const id = machineOfDisk(name) ?? ''
  const there = machines.find((machine) => machine.id === id)
  const whose = there
    ? `the machine ${id} on ${there.host}${detailsOf(domains.get(id))}`
    : `a machine ${id} that no host shows`
  const first = there ? 'when that machine is stopped, ' : ''
  return {
    severity: 'warning',
    message: `${image} in Ceph is of ${whose}, and Nova does not know it: ${first}${rbd(`rm ${image}`)} deletes it; ${exported(image, id)} makes an image of it to boot from`,
  }
}

function describeVolume(
  name: string,
  { machines }: Orphans,
  { pools, domains, backend }: OrphansPlace,
): Finding {
  const image = `${pools.volumes}/${name}`
  const user = machines.find(({ id }) => domains.get(id)?.devices.includes(image))
  const whose = user
    ? ` (attached to the machine ${user.id} on ${user.host}${detailsOf(domains.get(user.id))})`
    : ''
  const adopts =
    backend === undefined
      ? ''
      : `\`openstack volume create --remote-source source-name=${name} --host ${backend} NAME\` adopts it as a volume of your project; `
  return {
    severity: 'warning',
    message: `the volume ${image}${whose} is in Ceph and Cinder does not know it: ${adopts}${rbd(`rm ${image}`)} deletes it, where no machine uses it and it has no snapshots (${rbd(`snap purge ${image}`)})`,
  }
}

function describeImage(id: string, { pools }: OrphansPlace): Finding {
  const image = `${pools.images}/${id}`
  return {
    severity: 'warning',
    message: `the image ${image} is in Ceph and Glance does not know it: ${exported(`${image}@snap`, id)} makes it anew; ${rbd(`snap unprotect ${image}@snap`)}, ${rbd(`snap purge ${image}`)} and ${rbd(`rm ${image}`)} delete it, where nothing was cloned from it`,
  }
}

function describePort({ host, interface: name, port, machine, mac = 'MAC' }: PluggedPort): Finding {
  const unplug = `\`docker exec openvswitch_vswitchd ovs-vsctl del-port ${name}\` unplugs it`
  const rest =
    machine === undefined
      ? `it is of one of Neutron's agents, which takes it away when it begins anew; ${unplug}, too`
      : `no network reaches the machine ${machine} through it; ${unplug}, and \`openstack port create --network NETWORK --mac-address ${mac} NAME\` makes another for a machine that Nova knows`
  return {
    severity: 'warning',
    host,
    message: `the port ${port} is plugged here (${name}) and Neutron does not know it: ${rest}`,
  }
}

/** In a container of a host with a monitor. */
function rbd(command: string): string {
  return `\`docker exec ceph_mon rbd ${command}\``
}

function exported(image: string, id: string): string {
  return `\`docker exec ceph_mon rbd export ${image} - >${id}.raw\` with \`openstack image create --disk-format raw --container-format bare --file ${id}.raw NAME\``
}

const hosted = ({ host, id }: HostedMachine) => `${id} on ${host}`

function capped<Item>(
  what: string,
  items: readonly Item[],
  describe: (item: Item) => Finding,
  name: (item: Item) => string = String,
): Finding[] {
  const more = items.slice(MOST_IN_FULL)
  if (more.length === 0) return items.map(describe)
  const named = more.slice(0, MOST_BY_NAME).map(name)
  const rest = more.length - named.length
  const others = rest === 0 ? '' : `, and ${rest} that are not named here`
  const message = `${more.length} more ${what} are known to no API, to be treated as those above: ${named.join(', ')}${others}`
  return [...items.slice(0, MOST_IN_FULL).map(describe), { severity: 'warning', message }]
}
