import { managementUrl, nodeName } from '../src/catalog/rabbitmq.js'
import { awaitRabbitmqCluster } from '../src/host/rabbitmq-cluster.js'
import { password } from '../src/model/passwords.js'
import type { CloudContexts, CloudRef } from './cloud-context.js'
import { HEALTH_TIMEOUT, proveHealth, startContainer } from './containers.js'
import { cancellation } from './progress.js'

const name = 'rabbitmq'

export function rabbitmqActivities(contexts: CloudContexts) {
  return {
    /** Starts or replaces a node. Returns when it takes connections. */
    async startRabbitmq(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await startContainer(cloud, host, name)
      await proveHealth(cloud, host, name)
    },

    /** Waits until one node sees all of them running in one cluster. */
    async verifyRabbitmq(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const context = cloud.context(host)
      const account = {
        url: managementUrl(context.host),
        user: context.host.globals.rabbitmq_user,
        password: password(cloud.cloud.passwords, 'rabbitmq_password'),
      }
      const nodes = context.members('rabbitmq').map(nodeName)
      await awaitRabbitmqCluster(cloud.remote(host), account, nodes, {
        timeoutMs: HEALTH_TIMEOUT,
        ...cancellation(),
      })
    },
  }
}
