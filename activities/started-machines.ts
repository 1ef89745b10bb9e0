import { listRunning, startedMachines, startedSince } from '../src/plan/started-machines.js'
import type { StartedMachines } from '../src/plan/started-machines.js'
import { allEnded } from './all-ended.js'
import type { CloudContexts, CloudRef } from './cloud-context.js'
import { ask } from './containers.js'
import { ifRefused } from './failures.js'

export function startedMachineActivities(contexts: CloudContexts) {
  return {
    /** Machines that run on some hosts and began after a moment, ISO 8601, as libvirt's own files tell. */
    async listStartedMachines(
      ref: CloudRef,
      hosts: readonly string[],
      since: string,
    ): Promise<StartedMachines> {
      const cloud = await contexts.get(ref)
      const told = await allEnded(
        hosts.map(async (host) => {
          const command = ['bash', '-c', listRunning]
          const asked = ask(cloud, host, 'nova_libvirt', command)
          const printed = await asked.catch(ifRefused(undefined))
          const machines = printed === undefined ? [] : startedSince(host, printed, since)
          return { host, machines, isSilent: printed === undefined }
        }),
      )
      const silent = told.filter(({ isSilent }) => isSilent).map(({ host }) => host)
      return startedMachines(
        told.flatMap(({ machines }) => machines),
        silent,
      )
    },
  }
}
