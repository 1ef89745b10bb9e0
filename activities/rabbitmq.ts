import { shortHostname } from '../src/catalog/host-view.js'
import { execIn } from '../src/docker/exec.js'
import { RemoteError } from '../src/ssh/errors.js'
import type { CloudContexts, CloudRef } from './cloud-context.js'
import { proveHealth, startContainer } from './containers.js'

const name = 'rabbitmq'

export function rabbitmqActivities(contexts: CloudContexts) {
  return {
    /** Starts or replaces a node. Returns when it runs as a member of a cluster. */
    async startRabbitmq(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await startContainer(cloud, host, name)
      await proveHealth(cloud, host, name)
    },

    /** Asks one node whether all of them run in one cluster. */
    async verifyRabbitmq(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const command = ['rabbitmqctl', '--quiet', '--formatter', 'json', 'cluster_status']
      const { code, stdout, stderr } = await execIn(cloud.engine(host), name, command)
      const fail = (...tail: string[]) =>
        new RemoteError(host, command.join(' '), code || 1, tail)
      if (code !== 0) throw fail(...stderr.trim().split('\n').slice(-20))
      const { running_nodes: running } = JSON.parse(stdout) as { running_nodes: string[] }
      const missing = cloud
        .members('rabbitmq')
        .map((member) => `rabbit@${shortHostname({ facts: cloud.facts(member) })}`)
        .filter((node) => !running.includes(node))
      if (missing.length > 0) {
        throw fail(`${missing.join(', ')} not in the cluster of ${running.join(', ')}`)
      }
    },
  }
}
