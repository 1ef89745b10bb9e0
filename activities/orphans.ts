import type { OpenStackApi, ServiceType } from '../src/host/openstack-api.js'
import { parseJson } from '../src/model/json.js'
import type { Finding } from '../src/model/finding.js'
import { readDomain } from '../src/plan/domain-xml.js'
import type { Domain } from '../src/plan/domain-xml.js'
import { describeOrphans, MOST_IN_FULL } from '../src/plan/format-orphans.js'
import { orphansAmong } from '../src/plan/orphans.js'
import type { HostedMachine, Known } from '../src/plan/orphans.js'
import { listInterfaces, readPluggedPorts } from '../src/plan/plugged-ports.js'
import { DockerError } from '../src/docker/errors.js'
import { RemoteError } from '../src/ssh/errors.js'
import { allEnded } from './all-ended.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { ask } from './containers.js'
import { ifRefused } from './failures.js'
import { administer } from './openstack.js'
import { report } from './progress.js'

/** Seconds that an answer of libvirt's, Open vSwitch's or Ceph's may take. */
const PATIENCE = '60'

export function orphanActivities(contexts: CloudContexts) {
  return {
    /**
     * What hosts and Ceph have and Nova, Neutron, Cinder and Glance do not know, and what could not be compared. Looks,
     * and changes nothing.
     */
    async listOrphans(ref: CloudRef): Promise<readonly Finding[]> {
      const cloud = await contexts.get(ref)
      const { globals } = cloud.cloud
      if (!globals.enable_keystone) return []
      const doubts: Finding[] = []
      report('looking at hosts and Ceph')
      const present = {
        machines: await machinesOn(cloud, doubts),
        ports: await portsOn(cloud, doubts),
        pools: await imagesIn(cloud, doubts),
      }
      report('asking the APIs')
      const known = await knownTo(await administer(cloud), cloud, doubts)
      const orphans = orphansAmong(present, known)
      const domains = await domainsOf(cloud, orphans.machines.slice(0, MOST_IN_FULL))
      const pools = poolsOf(cloud)
      const place = { domains, pools, backend: backendOf(cloud) }
      return [...describeOrphans(orphans, place), ...doubts]
    },
  }
}

/** What is told; undefined where it is not: then a doubt says so, and what is compared with it is left out. */
async function told<T>(
  doubts: Finding[],
  { what, host }: { readonly what: string; readonly host?: string },
  asked: Promise<T>,
): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof RemoteError || error instanceof DockerError)) throw error
    const message = `${what} could not be asked for, so that those which the restored database does not know are not listed: ${error.message}`
    doubts.push({ severity: 'warning', message, ...(host !== undefined && { host }) })
    return undefined
  }
}

async function machinesOn(cloud: CloudContext, doubts: Finding[]): Promise<HostedMachine[]> {
  if (!cloud.cloud.globals.enable_nova) return []
  const lists = await allEnded(
    cloud.members('compute').map(async (host) => {
      const list = virsh(cloud, host, 'list', '--all', '--uuid')
      const printed = (await told(doubts, { what: "libvirt's machines", host }, list)) ?? ''
      return printed.split(/\s+/).flatMap((id) => (id === '' ? [] : [{ host, id }]))
    }),
  )
  return lists.flat()
}

async function portsOn(cloud: CloudContext, doubts: Finding[]) {
  const { enable_neutron, enable_openvswitch } = cloud.cloud.globals
  if (!enable_neutron || !enable_openvswitch) return []
  const command = ['ovs-vsctl', `--timeout=${PATIENCE}`, ...listInterfaces]
  const lists = await allEnded(
    cloud.members('openvswitch').map(async (host) => {
      const list = ask(cloud, host, 'openvswitch_vswitchd', command)
      const printed = await told(doubts, { what: "Open vSwitch's interfaces", host }, list)
      return printed === undefined ? [] : readPluggedPorts(host, printed)
    }),
  )
  return lists.flat()
}

/** Of our own Ceph. */
async function imagesIn(cloud: CloudContext, doubts: Finding[]) {
  const { globals } = cloud.cloud
  const pools = poolsOf(cloud)
  const [monitor] = globals.enable_ceph ? cloud.members('ceph-mon') : []
  const list = async (pool: string, isUsed: boolean): Promise<readonly string[]> => {
    if (monitor === undefined || !isUsed) return []
    const command = ['timeout', PATIENCE, 'rbd', '--pool', pool, 'ls', '--format', 'json']
    const asked = ask(cloud, monitor, 'ceph_mon', command)
    const what = `the RBD images of the pool ${pool}`
    const printed = await told(doubts, { what, host: monitor }, asked)
    if (printed === undefined) return []
    return parseJson(printed, `${monitor}: Ceph's answer`) as readonly string[]
  }
  const used = {
    disks: globals.enable_nova && globals.nova_backend_ceph,
    volumes: globals.enable_cinder && globals.cinder_backend_ceph,
    images: globals.enable_glance && globals.glance_backend_ceph,
  }
  if (!globals.enable_ceph && Object.values(used).includes(true)) {
    const message = `what is in a Ceph cluster of your own is not compared: \`rbd --pool POOL ls\` there lists volumes, images and disks of machines, those that were made since the backup among them`
    doubts.push({ severity: 'warning', message })
  }
  return {
    disks: await list(pools.disks, used.disks),
    volumes: await list(pools.volumes, used.volumes),
    images: await list(pools.images, used.images),
  }
}

async function knownTo(api: OpenStackApi, cloud: CloudContext, doubts: Finding[]): Promise<Known> {
  const { enable_nova, enable_neutron, enable_cinder, enable_glance } = cloud.cloud.globals
  const ids = async (
    isEnabled: boolean,
    type: ServiceType,
    collection: string,
    ...queries: readonly Readonly<Record<string, string>>[]
  ) => {
    if (!isEnabled) return undefined
    const what = `the ${collection} of all projects`
    if (!api.has(type)) {
      const message = `${what} are not compared with hosts and Ceph: Keystone's catalogue has no endpoint of type ${type}`
      doubts.push({ severity: 'warning', message })
      return undefined
    }
    const asked = Promise.all(queries.map((query) => api.idsOf(type, collection, query)))
    const pages = await told(doubts, { what }, asked)
    return pages && new Set(pages.flatMap((page) => [...page]))
  }
  const everyone = { all_tenants: '1' }
  const hidden = (os_hidden: string) => ({ visibility: 'all', os_hidden })
  const [machines, ports, volumes, images] = [
    await ids(enable_nova, 'compute', 'servers', everyone),
    await ids(enable_neutron, 'network', 'ports', { fields: 'id' }),
    await ids(enable_cinder, 'block-storage', 'volumes', everyone),
    await ids(enable_glance, 'image', 'images', hidden('false'), hidden('true')),
  ]
  return {
    ...(machines && { machines }),
    ...(ports && { ports }),
    ...(volumes && { volumes }),
    ...(images && { images }),
  }
}

/** What libvirt tells of machines; nothing of one that has gone since. */
async function domainsOf(
  cloud: CloudContext,
  machines: readonly HostedMachine[],
): Promise<ReadonlyMap<string, Domain>> {
  const domains = await allEnded(
    machines.map(async ({ host, id }) => {
      const xml = await virsh(cloud, host, 'dumpxml', id).catch(ifRefused(''))
      return [id, readDomain(xml)] as const
    }),
  )
  return new Map(domains)
}

function virsh(cloud: CloudContext, host: string, ...command: readonly string[]): Promise<string> {
  return ask(cloud, host, 'nova_libvirt', ['timeout', PATIENCE, 'virsh', ...command])
}

function poolsOf({ cloud: { globals } }: CloudContext) {
  return {
    disks: globals.ceph_nova_pool_name,
    volumes: globals.ceph_cinder_pool_name,
    images: globals.ceph_glance_pool_name,
  }
}

/** As Cinder calls the pool of its first volume service: a cluster of them takes a volume over by any of its hosts. */
function backendOf(cloud: CloudContext): string | undefined {
  const { cinder_backend_ceph_name: name } = cloud.cloud.globals
  const [host] = cloud.members('cinder-volume')
  return host === undefined ? undefined : `${cloud.facts(host).hostname}@${name}#${name}`
}
