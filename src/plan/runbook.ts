/** One line of the runbook. */
export interface RunbookLine {
  /** As an operator calls it: `loadbalancer` is HAProxy and keepalived. */
  readonly part: string
  /** What of the catalogue it is made of. */
  readonly services: readonly string[]
  /** Parts that a deployment brings about before. */
  readonly after?: readonly string[]
}

/**
 * The order of everything. A deployment begins each part as soon as those are done that it comes `after`; an upgrade and
 * a rollback take one part after the other, from the first line to the last. Ceph comes last there: what has gone wrong by
 * then finds it as it was, and it is the one that can't go back.
 */
export const runbook = [
  { part: 'cron', services: ['cron'] },
  { part: 'loadbalancer', services: ['haproxy', 'keepalived'] },
  { part: 'memcached', services: ['memcached'] },
  { part: 'mariadb', services: ['mariadb'] },
  { part: 'rabbitmq', services: ['rabbitmq'] },
  { part: 'keystone', services: ['keystone'], after: ['mariadb', 'loadbalancer'] },
  {
    part: 'glance',
    services: ['glance'],
    after: ['keystone', 'memcached', 'rabbitmq', 'ceph-pools'],
  },
  { part: 'placement', services: ['placement'], after: ['keystone', 'memcached'] },
  { part: 'cinder', services: ['cinder'], after: ['glance'] },
  { part: 'openvswitch', services: ['openvswitch'] },
  { part: 'nova', services: ['nova'], after: ['glance', 'placement', 'rabbitmq'] },
  { part: 'nova-cell', services: ['nova-cell'], after: ['nova'] },
  {
    part: 'neutron',
    services: ['neutron'],
    after: ['keystone', 'memcached', 'rabbitmq', 'openvswitch'],
  },
  { part: 'heat', services: ['heat'], after: ['keystone', 'memcached', 'rabbitmq'] },
  { part: 'horizon', services: ['horizon'], after: ['keystone', 'memcached'] },
  { part: 'ceph-disks', services: [] },
  { part: 'ceph-mon', services: ['ceph-mon'], after: ['ceph-disks'] },
  { part: 'ceph-mgr', services: ['ceph-mgr'], after: ['ceph-mon'] },
  { part: 'ceph-osd', services: ['ceph-osd'], after: ['ceph-mon'] },
  { part: 'ceph-pools', services: [], after: ['ceph-mgr', 'ceph-osd'] },
  { part: 'ceph-rgw', services: ['ceph-rgw'], after: ['ceph-pools', 'keystone'] },
] as const satisfies readonly RunbookLine[]

export type PartName = (typeof runbook)[number]['part']

/** Parts that some services are in. */
export function partsOf(services: readonly string[]): PartName[] {
  const lines: readonly (RunbookLine & { readonly part: PartName })[] = runbook
  return lines.filter((line) => line.services.some((it) => services.includes(it))).map(partName)
}

/** Parts that these come after, however far behind. */
export function neededBy(parts: readonly PartName[]): PartName[] {
  const needed = new Set<PartName>()
  const add = (part: PartName): void => {
    for (const one of afterOf(part)) {
      if (needed.has(one)) continue
      needed.add(one)
      add(one)
    }
  }
  parts.forEach(add)
  return [...needed].filter((part) => !parts.includes(part))
}

/** Parts that a deployment brings about before this one. */
export function afterOf(part: PartName): readonly PartName[] {
  const line = runbook.find((it) => it.part === part)
  return line && 'after' in line ? line.after : []
}

/** Parts that Glance comes after, however far behind: what OpenStack's services stand on. */
export const foundation: readonly PartName[] = neededBy(['glance'])

/** What these parts are made of. */
export function servicesOfParts(parts: readonly PartName[]): readonly string[] {
  return runbook.flatMap(({ part, services }) => (parts.includes(part) ? services : []))
}

const partName = ({ part }: { readonly part: PartName }) => part
