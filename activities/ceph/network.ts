import { findAddress, hostViews, interfaceOf } from '../../src/catalog/host-view.js'
import type { Network } from '../../src/catalog/host-view.js'
import { unreachable } from '../../src/host/reach.js'
import type { Finding } from '../../src/model/finding.js'
import type { CloudContexts, CloudRef } from '../cloud-context.js'

const networks: readonly Network[] = ['storage', 'cluster']

export function networkActivities(contexts: CloudContexts) {
  return {
    /** Whether a host reaches all others on the networks that Ceph uses. */
    async checkStorageNetwork(
      ref: CloudRef,
      host: string,
      others: readonly string[],
    ): Promise<readonly Finding[]> {
      const cloud = await contexts.get(ref)
      const views = hostViews(cloud.cloud, cloud.found.hosts)
      const targets = networks.flatMap((network) =>
        views
          .filter(({ name }) => name !== host && others.includes(name))
          .map((view) => ({ network, name: view.name, address: findAddress(view, network) ?? '' })),
      )
      const addresses = [...new Set(targets.map(({ address }) => address))]
      const silent = await unreachable(cloud.remote(host), addresses)
      return silent.map((address): Finding => {
        const { network = 'storage', name = '' } =
          targets.find((it) => it.address === address) ?? {}
        const device = interfaceOf(cloud.host(host), network)
        const message = `does not reach ${name} (${address}) on the ${network} network (${device}): mend the network, or set ${network}_interface`
        return { severity: 'error', host, message }
      })
    },
  }
}
