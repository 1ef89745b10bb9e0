import type { Machine } from './computes.js'

/** So many are named; a person wants to know whether it is one or a hundred. */
const NAMED = 10

/** Whether a machine goes to another host, live or cold, or a resize of it is being confirmed or taken back. */
export function isMoving({ 'OS-EXT-STS:task_state': task }: Machine): boolean {
  return task === 'migrating' || task?.startsWith('resize_') === true
}

/** Whether something is being done with a machine. */
export function isBusy(
  machine: Machine,
): machine is Machine & { readonly 'OS-EXT-STS:task_state': string } {
  return machine['OS-EXT-STS:task_state'] !== null
}

/** Machines that something is being done with, each in a few words; those beyond the first ten as a number. */
export function busyMachines(machines: readonly Machine[]): string[] {
  const busy = machines.filter(isBusy).map((machine) => {
    const { id, name, 'OS-EXT-STS:task_state': task, 'OS-EXT-SRV-ATTR:host': host } = machine
    return `${name} (${task}${host === null ? '' : ` on ${host}`}, ${id})`
  })
  const more = busy.length - NAMED
  return more > 0 ? [...busy.slice(0, NAMED), `${more} more`] : busy
}
