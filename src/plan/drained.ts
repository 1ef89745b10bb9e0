import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'
import type { Change } from './change.js'

/** What a verb of ours notes on a host before it takes something out of service there that the host itself does not show. */
export const notes = {
  /** RabbitMQ's node of the host is in maintenance. */
  rabbitmq: 'rabbitmq',
  /** The member of the host outvotes all others of its Galera cluster. */
  votes: 'mariadb votes',
  /** The host starts no machines: an upgrade has moved them away. */
  compute: 'nova_compute',
  /** Of the whole cluster of Ceph, noted on a monitor's host, as are those below. */
  noout: 'noout',
  nooutOf: (osd: number) => `osd.${osd} noout`,
  out: (osd: number) => `osd.${osd} out`,
}

/** What has to be done about a note, or about a member of HAProxy's. */
export type Drained =
  | { readonly kind: 'member'; readonly server: string }
  | { readonly kind: 'rabbitmq' | 'votes' | 'compute' | 'noout' }
  | { readonly kind: 'noout of' | 'out'; readonly osd: number }

/** From a line of the plan; undefined for what no verb of this version notes. */
export function parseDrained(name: string): Drained | undefined {
  if (name.includes('/')) return { kind: 'member', server: name }
  if (name === notes.rabbitmq) return { kind: 'rabbitmq' }
  if (name === notes.votes) return { kind: 'votes' }
  if (name === notes.compute) return { kind: 'compute' }
  if (name === notes.noout) return { kind: 'noout' }
  const [, osd, what] = /^osd\.(\d+) (noout|out)$/.exec(name) ?? []
  return osd === undefined
    ? undefined
    : { kind: what === 'out' ? 'out' : 'noout of', osd: Number(osd) }
}

/**
 * What is out of service because a run that was ended by force has not given it back.
 *
 * @param backends those of HAProxy's that are ours, `mariadb_back`
 * @param services those that are enabled
 */
export function giveBacks(
  observed: readonly ObservedHost[],
  {
    backends,
    services,
  }: { readonly backends: readonly string[]; readonly services: readonly string[] },
): Change[] {
  return observed
    .flatMap(({ facts: { name: host }, drained = [] }) =>
      drained.map((container) => ({ host, container, service: serviceOf(container, backends) })),
    )
    .flatMap(({ host, container, service = '' }): Change[] =>
      services.includes(service)
        ? [
            {
              ...{ host, service, container, action: 'giveBack' },
              ...{ interrupts: false, reasons: ['drained'] },
            },
          ]
        : [],
    )
}

function serviceOf(name: string, backends: readonly string[]): string | undefined {
  const drained = parseDrained(name)
  switch (drained?.kind) {
    case 'member':
      return backends.includes(drained.server.split('/')[0] ?? '') ? 'haproxy' : undefined
    case 'rabbitmq':
      return 'rabbitmq'
    case 'votes':
      return 'mariadb'
    case 'compute':
      return 'nova-cell'
    case undefined:
      return undefined
    default:
      return 'ceph-osd'
  }
}

/** For who only looks. */
export function stillDrained(changes: readonly Change[]): Finding[] {
  return changes
    .filter(({ action }) => action === 'giveBack')
    .map(({ host, container }) => ({
      severity: 'warning',
      host,
      message: `${container} is drained: unless an operation runs now, an earlier one was ended by force, and \`deploy\` gives it back`,
    }))
}
