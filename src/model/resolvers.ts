import { dirname } from 'node:path'
import { ansibleVariables } from './ansible-facts.js'
import type { CloudFiles } from './cloud.js'
import type { GroupTree } from './inventory/groups.js'
import type { Inventory, Variable, Variables } from './inventory/parser.js'
import type { VarsFiles } from './inventory/vars-files.js'
import { Lookup } from './jinja/render.js'
import type { Value } from './jinja/render.js'
import { Resolver, VariableError } from './variables.js'

/** One resolver a host, made when it is asked for, and one for what all hosts have in common. */
export class Resolvers {
  readonly common: Resolver
  private readonly resolvers = new Map<string, Resolver>()
  private readonly magic: Readonly<Record<string, Value>>

  constructor(
    private readonly inventory: Inventory,
    private readonly tree: GroupTree,
    private readonly varsFiles: VarsFiles,
    private readonly globals: Variables,
    private readonly passwords: Variables,
    private readonly files: Pick<CloudFiles, 'globals' | 'inventory' | 'facts'>,
  ) {
    const forAll = inventory.groups.get('all')?.variables ?? new Map<string, never>()
    this.magic = {
      groups: Object.fromEntries(tree.names.map((name) => [name, [...tree.hosts(name)]])),
      hostvars: this.hostvars,
      inventory_dir: dirname(files.inventory.path),
      inventory_file: files.inventory.path,
      // What kolla-ansible's program hands to Ansible.
      CONFIG_DIR: dirname(files.globals.path),
    }
    const layers = [globals, ...this.ofGroups(['all']), forAll]
    this.common = new Resolver(layers, this.magic, this.passwords)
  }

  of(name: string): Resolver {
    const known = this.resolvers.get(name)
    if (known) return known
    const host = this.inventory.hosts.get(name)
    const own: Variables = host?.variables ?? new Map<string, never>()
    const written = [
      this.globals,
      this.varsFiles.hosts.get(name) ?? new Map<string, never>(),
      own,
      ...this.ofGroups(this.tree.byDepth(name)),
      this.tree.variables(name),
    ]
    const implied: Variables = new Map()
    const former = written.find((layer) => layer.has('ansible_ssh_host'))?.get('ansible_ssh_host')
    const address = former ?? (host && { value: name, place: host.place })
    if (address) implied.set('ansible_host', address)
    const special = {
      ...this.magic,
      ...this.factsOf(name),
      inventory_hostname: name,
      inventory_hostname_short: name.split('.')[0] ?? name,
      group_names: this.tree.groupsOf(name),
    }
    const resolver = new Resolver([...written, implied], special, this.passwords)
    this.resolvers.set(name, resolver)
    return resolver
  }

  /** Of a floating address that the host holds, nobody knows yet that it is one, but for how keepalived gives it. */
  private factsOf(name: string): Readonly<Record<string, Value>> {
    const facts = this.files.facts?.find((one) => one.name === name)
    if (!facts) return {}
    return ansibleVariables(facts, (interfaceName) => {
      const addresses = facts.interfaces[interfaceName] ?? []
      return addresses.find((one) => !one.endsWith('/32'))?.replace(/\/\d+$/, '')
    })
  }

  /** What `group_vars/` sets for groups from the outermost to the innermost, the innermost's first. */
  private ofGroups(names: readonly string[]): Variables[] {
    return names.flatMap((name) => this.varsFiles.groups.get(name) ?? []).reverse()
  }

  isUsed(name: string): boolean {
    return [this.common, ...this.resolvers.values()].some((resolver) => resolver.used.has(name))
  }

  /** What a variable is where it holds, on any of the hosts; undefined where another one overrules it everywhere. */
  valueOf(name: string, variable: Variable, hosts: readonly string[]): Value | undefined {
    const all = [this.common, ...hosts.map((host) => this.of(host))]
    try {
      return all.find((resolver) => resolver.source(name) === variable)?.get(name)
    } catch (error) {
      if (error instanceof VariableError) return undefined // a finding of its own
      throw error
    }
  }

  /** kolla-ansible's own value of it, where nobody sets it. */
  defaultOf(name: string): Value | undefined {
    return this.common.defaultOf(name)
  }

  private get hostvars(): Lookup {
    return new Lookup([...this.inventory.hosts.keys()], (host) => {
      if (!this.inventory.hosts.has(host)) return undefined
      const resolver = this.of(host)
      return new Lookup(resolver.names(), (key) => resolver.get(key))
    })
  }
}
