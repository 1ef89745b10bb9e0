import { readyServers } from '../src/host/haproxy-server.js'
import { removeNote } from '../src/host/notes.js'
import { notes, parseDrained } from '../src/plan/drained.js'
import { answering, unsetNoout } from './ceph/noout.js'
import { askCeph } from './ceph/ask.js'
import type { CloudContext, CloudContexts, CloudRef } from './cloud-context.js'
import { takeBackCompute } from './computes.js'
import { returnVotes } from './galera-votes.js'
import { revive } from './maintenance.js'
import { report } from './progress.js'

export function giveBackActivities(contexts: CloudContexts) {
  return {
    /** Gives back what a run that was ended by force has left drained on a host, by its names in the plan. */
    async giveBack(ref: CloudRef, host: string, names: readonly string[]): Promise<void> {
      const cloud = await contexts.get(ref)
      for (const name of names) {
        report(`giving ${name} back`)
        await giveOneBack(cloud, host, name)
      }
    },
  }
}

async function giveOneBack(cloud: CloudContext, host: string, name: string): Promise<void> {
  const drained = parseDrained(name)
  switch (drained?.kind) {
    case 'member':
      return readyServers(cloud.remote(host), [drained.server])
    case 'rabbitmq':
      return revive(cloud, host)
    case 'votes':
      // The host may be no member any more.
      if (await returnVotes(cloud)) await removeNote(cloud.remote(host), notes.votes)
      return
    case 'compute':
      return takeBackCompute(cloud, host)
    case 'noout':
      return unsetNoout(cloud)
    case 'noout of':
      await askCeph(cloud, await answering(cloud), ['osd', 'rm-noout', `osd.${drained.osd}`])
      return removeNote(cloud.remote(host), notes.nooutOf(drained.osd))
    case 'out':
      await askCeph(cloud, await answering(cloud), ['osd', 'in', String(drained.osd)])
      return removeNote(cloud.remote(host), notes.out(drained.osd))
  }
}
