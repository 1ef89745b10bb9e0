import type { Finding } from '../finding.js'
import { formerGroups, kollaGroups } from '../kolla/names.js'
import { nearest, nearestName } from '../nearest.js'
import { pythonText } from '../jinja/values.js'
import type { Inventory, InventoryGroup, Variables } from './parser.js'

/** The host that builds the images and serves the registry; kolla-ansible has no group for it. */
export const registryGroup = 'registry'

/** Today's group → the name that older releases gave it; an inventory that defines only the former means it. */
const renamed: Readonly<Record<string, string>> = {
  loadbalancer: 'haproxy',
  opensearch: 'elasticsearch',
  'opensearch-dashboards': 'kibana',
}

const priorityKey = 'ansible_group_priority'

/** Undefined where nobody says it; NaN where it is no number. */
function priorityOf(group: InventoryGroup | undefined): number | undefined {
  const said = group?.variables.get(priorityKey)
  if (!said) return undefined
  const text = pythonText(said.value)
  return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : NaN
}

function checkPriority(group: InventoryGroup): Finding[] {
  const { place } = group.variables.get(priorityKey) ?? {}
  if (!place || !Number.isNaN(priorityOf(group))) return []
  const message = `'${priorityKey}' of group '${group.name}' must be a whole number`
  return [{ severity: 'error', message, ...place }]
}

/** The inventory's groups together with those of kolla-ansible's tree that it leaves out. */
export class GroupTree {
  private readonly members = new Map<string, readonly string[]>()

  constructor(private readonly inventory: Inventory) {}

  /** Every group's name: kolla-ansible's in its order, then the operator's own. */
  get names(): string[] {
    const own = [...this.inventory.groups.keys()]
    return [...new Set([...kollaGroups.keys(), registryGroup, ...own, 'ungrouped', 'all'])]
  }

  has(name: string): boolean {
    return kollaGroups.has(name) || name === registryGroup || this.inventory.groups.has(name)
  }

  /** A group that the operator fills himself wins over kolla-ansible's. */
  children(name: string): readonly string[] {
    const own = this.inventory.groups.get(name)
    if (own?.listed) return [...own.children.keys()]
    // As in the source, whose only groups are those of the control plane: its hosts hold the disks as well.
    if (name === 'ceph-osd' && !this.inventory.groups.get('storage')?.listed) return ['ceph']
    const former = renamed[name]
    if (former !== undefined && this.inventory.groups.get(former)?.listed) return [former]
    return kollaGroups.get(name) ?? []
  }

  /** A group's hosts: its own first, then its children's, in the inventory's order. */
  hosts(name: string): readonly string[] {
    if (name === 'all') return [...this.inventory.hosts.keys()]
    const known = this.members.get(name)
    if (known) return known
    this.members.set(name, []) // a circle of children, which `check` reports, ends here
    const own = this.inventory.groups.get(name)?.hosts ?? []
    const all = [...own, ...this.children(name).flatMap((child) => this.hosts(child))]
    const hosts = [...new Set(all)]
    this.members.set(name, hosts)
    return hosts
  }

  /** The host's groups as Ansible's `group_names`: without `all`, in alphabetical order. */
  groupsOf(host: string): string[] {
    return this.names.filter((name) => name !== 'all' && this.hosts(name).includes(host)).sort()
  }

  /** The host's groups from the outermost, `all`, to the innermost, whose variables win; of equals, the one of priority. */
  byDepth(host: string): readonly string[] {
    const groups = ['all', ...this.groupsOf(host)]
    return groups.sort(
      (a, b) =>
        this.depth(a) - this.depth(b) || this.priority(a) - this.priority(b) || (a < b ? -1 : 1),
    )
  }

  /** Ansible reads it in the inventory's file alone, not in `group_vars/`. */
  private priority(name: string): number {
    return priorityOf(this.inventory.groups.get(name)) ?? 1
  }

  /** The host's variables from its groups in the inventory's file. */
  variables(host: string): Variables {
    return new Map(
      this.byDepth(host).flatMap((name) => [...(this.inventory.groups.get(name)?.variables ?? [])]),
    )
  }

  private known: ReadonlySet<string> | undefined
  private depths: Map<string, number> | undefined

  private depth(name: string): number {
    this.depths ??= this.measureDepths()
    return this.depths.get(name) ?? 1
  }

  private measureDepths(): Map<string, number> {
    const depths = new Map([['all', 0]])
    const walk = (name: string, depth: number, path: readonly string[]) => {
      if (path.includes(name) || (depths.get(name) ?? 0) >= depth) return
      depths.set(name, depth)
      for (const child of this.children(name)) walk(child, depth + 1, [...path, name])
    }
    for (const name of this.names) if (name !== 'all') walk(name, 1, [])
    return depths
  }

  /** Unknown and circular groups, hosts that nothing would be deployed on; local ones need no group. */
  check(isLocal: (host: string) => boolean = () => false): Finding[] {
    const groups = [...this.inventory.groups.values()]
    const findings = groups.flatMap((group) => [
      ...this.checkChildren(group),
      ...this.checkCircle(group),
      ...this.checkName(group),
      ...checkPriority(group),
    ])
    return [...findings, ...this.checkHosts(isLocal)]
  }

  private checkChildren({ name, children }: InventoryGroup): Finding[] {
    return [...children]
      .filter(([child]) => !this.has(child))
      .map(([child, place]) => ({
        severity: 'error',
        message: `group '${child}' below [${name}:children] is unknown${nearest(child, this.names)}: define it, or remove the line`,
        ...place,
      }))
  }

  private checkCircle(group: InventoryGroup): Finding[] {
    const circle = this.circle(group.name, [])
    if (!circle || [...circle].sort()[0] !== group.name) return []
    const message = `groups contain each other: ${[...circle, group.name].join(' > ')}: remove one of the children`
    return [{ severity: 'error', message, ...group.place }]
  }

  private circle(name: string, path: readonly string[]): readonly string[] | undefined {
    if (path[0] === name) return path
    if (path.includes(name)) return undefined
    for (const child of this.children(name)) {
      const circle = this.circle(child, [...path, name])
      if (circle) return circle
    }
    return undefined
  }

  private checkName(group: InventoryGroup): Finding[] {
    const { name, place } = group
    const known = [...kollaGroups.keys(), registryGroup]
    if (known.includes(name) || formerGroups.has(name) || ['all', 'ungrouped'].includes(name))
      return []
    if (!group.listed) {
      const message = `group '${name}' of [${name}:vars] is unknown${nearest(name, known)}: define it, or remove the section`
      return [{ severity: 'error', message, ...place }]
    }
    const isFilled = group.hosts.size > 0 || group.children.size > 0
    const isChild = [...this.inventory.groups.values()].some((one) => one.children.has(name))
    const similar = isFilled && !isChild ? nearestName(name, known) : undefined
    if (similar === undefined) return []
    const message = `group '${name}' is none of kolla-ansible's: if you mean '${similar}', name it so`
    return [{ severity: 'warning', message, ...place }]
  }

  /** Whether the host is in groups of the operator's own alone: it is for something else than this cloud. */
  isOther(host: string): boolean {
    return !this.deployed.has(host) && this.ownGroups(host).length > 0
  }

  /** Whether hosts of this group are of the cloud: it is kolla-ansible's, of whatever release, or the registry's. */
  isDeployed(group: string): boolean {
    return kollaGroups.has(group) || formerGroups.has(group) || group === registryGroup
  }

  private ownGroups(host: string): string[] {
    return this.groupsOf(host).filter((group) => group !== 'ungrouped')
  }

  private get deployed(): ReadonlySet<string> {
    const groups = [...kollaGroups.keys(), ...formerGroups, registryGroup]
    this.known ??= new Set(groups.flatMap((name) => this.hosts(name)))
    return this.known
  }

  private checkHosts(isLocal: (host: string) => boolean): Finding[] {
    const wayOut = `list it below [control], [network], [compute], [monitoring], [storage] or [${registryGroup}]`
    return [...this.inventory.hosts.values()]
      .filter(({ name }) => !this.deployed.has(name) && !isLocal(name))
      .map(({ name, place }) => {
        const own = this.ownGroups(name).map((group) => `'${group}'`)
        return own.length === 0
          ? { severity: 'error', message: `host '${name}' is in no group: ${wayOut}`, ...place }
          : {
              severity: 'warning',
              message: `host '${name}' is only in ${own.join(', ')} and left out of this cloud: ${wayOut} if it belongs to it`,
              ...place,
            }
      })
  }
}
