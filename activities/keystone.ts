import { planFernetKeys } from '../src/catalog/fernet-keys.js'
import { bootstrapCommand } from '../src/catalog/keystone.js'
import {
  createFernetKeys,
  giveFernetKeys,
  inspectFernetKeys,
  takeFernetKeys,
} from '../src/host/fernet-keys.js'
import { issueToken } from '../src/host/keystone-token.js'
import { allEnded } from './all-ended.js'
import type { CloudContexts, CloudRef } from './cloud-context.js'
import { runOnce } from './containers.js'
import { note } from './one-shots.js'
import { administrator } from './openstack.js'
import { report } from './progress.js'

export function keystoneActivities(contexts: CloudContexts) {
  return {
    /** Schema, administrator, roles, region and endpoints; all of it may be there already. */
    async bootstrapKeystone(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const container = cloud.container(host, 'keystone')
      await runOnce(cloud, host, container, {
        name: 'bootstrap_keystone',
        ...bootstrapCommand(cloud.cloud),
      })
      await note(cloud, 'keystone', 'schema', 'identity')
    },

    /** Gives every member the same Fernet keys, from host to host through this process alone. */
    async shareFernetKeys(ref: CloudRef, members: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      const inspect = () =>
        Promise.all(members.map((host) => inspectFernetKeys(cloud.remote(host), cloud.digestKey)))
      let plan = planFernetKeys(await inspect())
      if (plan.source === undefined) return
      if (plan.create) {
        report(`making keys on ${plan.source}`)
        await createFernetKeys(cloud.remote(plan.source))
        plan = planFernetKeys(await inspect())
      }
      const { source = members[0] ?? '', receivers } = plan
      if (receivers.length === 0) return
      report(`giving the keys of ${source} to ${receivers.join(', ')}`)
      const keys = await takeFernetKeys(cloud.remote(source))
      await allEnded(receivers.map((host) => giveFernetKeys(cloud.remote(host), keys)))
    },

    /** Proves from outside that Keystone answers on the floating address: has it issue the administrator a token. */
    async issueToken(ref: CloudRef): Promise<void> {
      const context = await contexts.get(ref)
      const [asker] = context.members('keystone')
      if (asker === undefined || !context.cloud.globals.enable_keystone) return
      await issueToken(context.remote(asker), administrator(context))
    },
  }
}
