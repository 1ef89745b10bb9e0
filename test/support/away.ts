import { hosts, onHost, onHosts } from './lab.js'
import type { OpenStack } from './openstack.js'

interface Worker {
  readonly binary: string
  readonly host: string
  readonly state?: string
  readonly alive?: boolean
}

/** What of the cloud is not at work, by name: containers, RabbitMQ's nodes, services and agents. */
export async function away(cloud: OpenStack): Promise<string[]> {
  const ask = async (type: string, path: string, kind: string) =>
    cloud.has(type)
      ? ((await cloud.ask<Record<string, Worker[]>>('GET', type, path))[kind] ?? [])
      : []
  const workers = await Promise.all([
    ask('compute', '/os-services', 'services'),
    ask('block-storage', '/os-services', 'services'),
    ask('network', '/v2.0/agents', 'agents'),
  ])
  const down = workers.flat().filter(({ state, alive }) => state !== 'up' && alive !== true)
  return [
    ...(await endedContainers()),
    ...(await partedNodes()),
    ...down.map(({ binary, host }) => `${binary} of ${host}`),
  ]
}

async function endedContainers(): Promise<string[]> {
  const ended = await onHosts("docker ps --all --filter status=exited --format '{{.Names}}'")
  return ended.flatMap((names, index) =>
    names.split('\n').flatMap((name) => (name === '' ? [] : [`${name} on ${hosts[index] ?? ''}`])),
  )
}

/** Each node is asked: when they have parted, they don't tell the same. */
async function partedNodes(): Promise<string[]> {
  const command =
    'timeout 30 docker exec rabbitmq rabbitmqctl --quiet cluster_status --formatter json'
  const views = await Promise.all(
    hosts.map(async (host) => {
      const { running_nodes: running, partitions } = JSON.parse(await onHost(host, command)) as {
        running_nodes: string[]
        partitions: object
      }
      return running.length === hosts.length && Object.keys(partitions).length === 0 ? [] : [host]
    }),
  )
  return views.flat().map((host) => `RabbitMQ as ${host} sees it`)
}
