import { planFernetKeys } from '../src/catalog/fernet-keys.js'
import { bootstrapCommand, keystoneUrl } from '../src/catalog/keystone.js'
import { keystoneDatabaseSql } from '../src/catalog/mariadb-accounts.js'
import { inspectContainer, isRunning, removeContainer } from '../src/docker/containers.js'
import {
  createFernetKeys,
  giveFernetKeys,
  inspectFernetKeys,
  takeFernetKeys,
} from '../src/host/fernet-keys.js'
import { issueToken } from '../src/host/keystone-token.js'
import { password } from '../src/model/passwords.js'
import { successorOf } from '../src/plan/passing.js'
import { allEnded } from './all-ended.js'
import type { CloudContexts, CloudRef } from './cloud-context.js'
import { proveHealth, runOnce, standBy, startContainer } from './containers.js'
import { drained, giveBack } from './drained.js'
import { sql } from './mariadb.js'
import { report } from './progress.js'

export function keystoneActivities(contexts: CloudContexts) {
  return {
    /** Keystone's database and its account, on a member of the Galera cluster. */
    async createKeystoneDatabase(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      await sql(cloud, host, keystoneDatabaseSql(cloud.cloud))
    },

    /** Schema, administrator, roles, region and endpoints; all of it may be there already. */
    async bootstrapKeystone(ref: CloudRef, host: string): Promise<void> {
      const cloud = await contexts.get(ref)
      const container = cloud.container(host, 'keystone')
      await runOnce(cloud, host, container, {
        name: 'bootstrap_keystone',
        ...bootstrapCommand(cloud.cloud),
      })
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

    /** Starts one member's new API beside the one that serves; what does not load takes nothing away. */
    async prepareKeystone(ref: CloudRef, host: string): Promise<void> {
      await standBy(await contexts.get(ref), host, 'keystone')
    },

    /**
     * Starts or replaces one member's containers. Nobody is sent to one that is replaced meanwhile, and what it was asked
     * is answered first. Returns when it answers.
     */
    async startKeystone(ref: CloudRef, host: string, names: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      const startAll = async (idle: boolean) => {
        // HAProxy tells of the API alone: the others may be handing keys on.
        const start = (name: string) =>
          startContainer(cloud, host, name, { idle: idle && name === 'keystone' })
        await allEnded(names.map(start))
        await proveHealth(cloud, host, 'keystone')
      }
      if (!names.includes('keystone')) return startAll(false)
      const engine = cloud.engine(host)
      const [present, next] = await Promise.all([
        inspectContainer(engine, 'keystone'),
        inspectContainer(engine, successorOf('keystone')),
      ])
      if (present?.State.Running === true) return drained(cloud, host, 'keystone', startAll)
      // An attempt that was killed after it had stopped the old one has left it drained. HAProxy's own check still keeps
      // everybody away until it answers.
      const isNew = !present && !next
      await allEnded([startAll(false), ...(isNew ? [] : [giveBack(cloud, host, 'keystone')])])
    },

    /** Takes away an API that stands by and whose turn does not come, unless it is the only one that is left. */
    async withdrawKeystone(ref: CloudRef, host: string): Promise<void> {
      const engine = (await contexts.get(ref)).engine(host)
      if (await isRunning(engine, 'keystone'))
        await removeContainer(engine, successorOf('keystone'))
    },

    /** Proves from outside that Keystone answers on the floating address: has it issue the administrator a token. */
    async issueToken(ref: CloudRef): Promise<void> {
      const context = await contexts.get(ref)
      const [asker] = context.members('keystone')
      const { globals, passwords } = context.cloud
      if (asker === undefined || !globals.enable_keystone) return
      await issueToken(context.remote(asker), {
        url: keystoneUrl(context.cloud, 'internal'),
        user: globals.keystone_admin_user,
        project: globals.keystone_admin_project,
        password: password(passwords, 'keystone_admin_password'),
      })
    },
  }
}
