import { hostNetworkingOf, networkingOf } from '../src/catalog/ovs-bridges.js'
import { noteOneShots } from '../src/host/one-shot-notes.js'
import { prepareNetworking } from '../src/host/prepare.js'
import { keyedDigest } from '../src/plan/digest.js'
import type { WantedOneShots } from '../src/plan/one-shots.js'
import { bridgeArguments, parsePorts, portMark } from '../src/plan/ovs-bridges.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { ask, isAsWanted, proveHealth, startContainer } from './containers.js'
import { awaitFlows, keepingFlows } from './ovs-flows.js'
import { cancellation, report } from './progress.js'

const service = 'openvswitch'

/** In seconds: how long Open vSwitch may take for what it is told. */
const PATIENCE = 60

export function openvswitchActivities(contexts: CloudContexts) {
  return {
    /** Kernel modules and parameters, and a place for network namespaces, before anything is started that needs them. */
    async prepareNetworking(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const { host: view } = cloud.context(host)
      await prepareNetworking(cloud.remote(host), hostNetworkingOf(cloud.cloud, view), {
        ...cancellation(),
        onProgress: report,
      })
    },

    /** Starts or replaces containers of Open vSwitch on a host: the database before the daemon that works on it. */
    async startOpenvswitch(ref: CloudRef, host: string, names: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      const inOrder = cloud.containers(host).filter(({ name }) => names.includes(name))
      const start = async () => {
        for (const { name } of inOrder) await startContainer(cloud, host, name)
      }
      const hasFlows = names.includes('openvswitch_vswitchd')
      if (hasFlows) {
        const isReplaced = await isAsWanted(cloud, host, 'openvswitch_vswitchd')
        await keepingFlows(cloud, host, { isReplaced }, start)
      } else await start()
      await proveHealth(cloud, host, service)
      if (hasFlows) await awaitFlows(cloud, host)
    },

    /** Tells Open vSwitch who it is, and makes its bridges to physical networks; what is as it should be stays. */
    async setUpBridges(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const { host: view } = cloud.context(host)
      const vsctl = (...args: readonly string[]) =>
        ask(cloud, host, 'openvswitch_vswitchd', ['ovs-vsctl', `--timeout=${PATIENCE}`, ...args])
      report('setting up bridges')
      const bridges = linesOf(await vsctl('list-br'))
      const ports: string[] = []
      for (const bridge of bridges) {
        const names = linesOf(await vsctl('list-ports', bridge))
        ports.push(...names.map((name) => `${bridge} ${name}`))
      }
      const marked = linesOf(
        await vsctl('--bare', '--no-heading', '--columns=name', 'find', 'Port', portMark),
      )
      const wanted = networkingOf(cloud.cloud, view)
      const found = { bridges, ports: parsePorts(ports, marked) }
      await vsctl(...bridgeArguments(wanted, found))
      await noteOneShots(cloud.remote(host), service, digestsOf(cloud, host))
    },
  }
}

/** What the hosts' notes must tell of their bridges and kernel parameters. */
export function wantedNetworking(cloud: CloudContext): WantedOneShots[] {
  return cloud.members(service).map((host) => ({
    service,
    host,
    digests: digestsOf(cloud, host),
    interruption:
      'where an interface changes its bridge, the traffic of its physical network goes with it',
  }))
}

function digestsOf(cloud: CloudContext, host: string) {
  const { cloud: described, host: view } = cloud.context(host)
  const takes = JSON.stringify([networkingOf(described, view), hostNetworkingOf(described, view)])
  return { networking: keyedDigest(cloud.digestKey, takes) }
}

const linesOf = (text: string) => text.split('\n').filter(Boolean)
