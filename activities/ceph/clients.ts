import { keyringOf, keysVolume } from '../../src/catalog/ceph/client.js'
import { serviceNamed } from '../../src/catalog/index.js'
import { componentsOf } from '../../src/catalog/service.js'
import { putFile } from '../../src/host/ceph/keys.js'
import { allEnded } from '../all-ended.js'
import type { CloudContexts, CloudRef } from '../cloud-context.js'
import { askCeph } from './ask.js'

export function clientActivities(contexts: CloudContexts) {
  return {
    /** Gives a service's containers on a host the keys of its accounts, from a monitor's host through this process alone. */
    async giveCephKeys(
      ref: CloudRef,
      host: string,
      monitor: string,
      service: string,
    ): Promise<void> {
      const cloud = await contexts.get(ref)
      const { globals } = cloud.cloud
      const names = cloud.containers(host).map((container) => container.name)
      const wanted = componentsOf(serviceNamed(service), globals)
        .filter(({ container }) => names.includes(container))
        .flatMap(({ container, cephUsers }) =>
          (cephUsers?.(globals) ?? []).map((user) => ({ volume: keysVolume(container), user })),
        )
      await allEnded(
        wanted.map(async ({ volume, user }) => {
          const keyring = await askCeph(cloud, monitor, ['auth', 'get', `client.${user}`])
          await putFile(cloud.remote(host), { volume, path: keyringOf(user) }, keyring)
        }),
      )
    },
  }
}
