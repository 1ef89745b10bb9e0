import type { Finding } from '../model/finding.js'
import type { Change } from './change.js'
import type { HostedMachine } from './orphans.js'

/** Running machines that began on the libvirt that a rollback takes away. */
export interface StartedMachines {
  /** The first of them. */
  readonly machines: readonly HostedMachine[]
  readonly more: number
  /** Hosts that did not tell. */
  readonly silent: readonly string[]
}

/** So many are named. */
const MOST = 100

/** Hosts whose hypervisor gets another image. */
export function hostsOfOtherLibvirt(changes: readonly Change[]): string[] {
  return changes.flatMap(({ host, container, action }) =>
    container === 'nova_libvirt' && action === 'replace' ? [host] : [],
  )
}

/** Prints `<id> <second that it began in>` of each machine that runs: its process's file is written then and never after. */
export const listRunning = `set -o pipefail
timeout 30 virsh list --uuid --name | while read -r id name; do
  [[ -z $id ]] || echo "$id $(stat --format=%Y "/run/libvirt/qemu/$name.pid")"
done`

/** Those that began after a moment. One that does not tell when it began may have. */
export function startedSince(host: string, printed: string, since: string): HostedMachine[] {
  const moment = Date.parse(since) / 1000
  return printed.split('\n').flatMap((line) => {
    const [, id, began = ''] = /^([0-9a-f-]{36}) (\d*)$/.exec(line) ?? []
    const isOlder = began !== '' && Number(began) < moment
    return id === undefined || isOlder ? [] : [{ host, id }]
  })
}

export function startedMachines(
  machines: readonly HostedMachine[],
  silent: readonly string[],
): StartedMachines {
  return { machines: machines.slice(0, MOST), more: Math.max(0, machines.length - MOST), silent }
}

/** What a person has to know of them before the older libvirt begins. */
export function describeStarted({ machines, more, silent }: StartedMachines): string[] {
  const named = machines.map(({ host, id }) => `${id} on ${host}`)
  const all = more === 0 ? named : [...named, `${more} more`]
  const why =
    "they may run on a newer QEMU, which the record's libvirt does not know: it would not see them while they go on, and Nova would take them for stopped"
  return [
    ...(all.length > 0
      ? [
          `machines that run and began since the record was taken: ${all.join(', ')}: ${why}. \`openstack server stop\` each before, and start it afterwards: it begins on the older QEMU then`,
        ]
      : []),
    ...(silent.length > 0
      ? [
          `machines of ${silent.join(', ')}, where libvirt does not answer: if any began since the record was taken, ${why}`,
        ]
      : []),
  ]
}

/** The same when the older libvirt has begun: a second process of one of them would spoil its disk. */
export function unseenMachines({ machines, more }: StartedMachines): Finding[] {
  const warning = (message: string): Finding => ({ severity: 'warning', message })
  return [
    ...machines.map(({ host, id }) => ({
      ...warning(
        `the machine ${id} ran on the newer QEMU when libvirt went back: it may go on, unseen by Nova. Before it is started again, end what \`pgrep --full ${id}\` shows here: two processes would write to one disk`,
      ),
      host,
    })),
    ...(more > 0
      ? [warning(`${more} more machines ran on the newer QEMU when libvirt went back`)]
      : []),
  ]
}
