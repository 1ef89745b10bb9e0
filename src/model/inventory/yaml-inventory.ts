import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import type { SourceFile } from '../cloud.js'
import type { Finding } from '../finding.js'
import type { Value } from '../jinja/render.js'
import { nearest } from '../nearest.js'
import { readYamlMapping } from '../yaml-file.js'
import { expandHosts } from './host-pattern.js'
import { emptyGroup } from './parser.js'
import type { Inventory, InventoryGroup, InventoryHost, Place, Variables } from './parser.js'

const sections = ['hosts', 'children', 'vars']

type Mapping = Readonly<Record<string, Value>>

/** Whether an inventory is YAML: Ansible tries that first, and no line of an INI begins so. */
export function isYamlInventory(text: string): boolean {
  const first = text.split(/\r?\n/).find((line) => /^\s*[^\s#]/.test(line)) ?? ''
  return /^(---|\{|(["']?)[\w.-]+\2\s*:(\s|$))/.test(first)
}

/** Reads Ansible's YAML format (`all: {hosts, children, vars}`), goes on after an error, and tells all of them. */
export function parseYamlInventory(file: SourceFile): {
  inventory: Inventory
  findings: Finding[]
} {
  const { variables, findings } = readYamlMapping(file)
  const reader = new Reader(file)
  for (const [name, { value }] of variables) reader.group(name, value, [name], true)
  return { inventory: reader, findings: [...findings, ...reader.findings] }
}

class Reader implements Inventory {
  readonly groups = new Map<string, InventoryGroup>()
  readonly hosts = new Map<string, InventoryHost>()
  readonly findings: Finding[] = []
  private readonly lines = new LineCounter()
  /** For places alone. */
  private readonly document: Document

  constructor(private readonly file: SourceFile) {
    this.document = parseDocument(file.text, {
      lineCounter: this.lines,
      uniqueKeys: false,
      logLevel: 'silent',
    })
  }

  /** `defines`: a group that is named here is there, even without anything in it. */
  group(name: string, value: Value, path: readonly string[], defines: boolean): void {
    const content = this.mapping(value, path, `group '${name}'`)
    if (!content) return
    for (const key of Object.keys(content).filter((one) => !sections.includes(one))) {
      const message = `group '${name}' has hosts, children and vars, not '${key}'${nearest(key, sections)}`
      this.tell('error', message, [...path, key])
    }
    const { hosts, children, vars } = content
    const isListed = defines || hosts !== undefined || children !== undefined
    if (!isListed && vars === undefined) return
    const group = this.groups.get(name) ?? this.declare(name, path)
    // Of `all`, everything is a child anyway.
    group.listed ||= isListed && name !== 'all'
    this.variables(vars, [...path, 'vars'], `vars of group '${name}'`, group.variables)
    this.children(group, children, [...path, 'children'])
    this.hostsOf(group, hosts, [...path, 'hosts'])
  }

  private children(group: InventoryGroup, value: Value | undefined, path: readonly string[]): void {
    const children = this.names(value, path, `children of group '${group.name}'`)
    for (const [child, content] of Object.entries(children)) {
      const isAll = group.name === 'all'
      if (!isAll) group.children.set(child, this.placeOf([...path, child]))
      this.group(child, content, [...path, child], isAll)
    }
  }

  private hostsOf(group: InventoryGroup, value: Value | undefined, path: readonly string[]): void {
    const hosts = this.names(value, path, `hosts of group '${group.name}'`)
    for (const [pattern, content] of Object.entries(hosts)) {
      const place = this.placeOf([...path, pattern])
      const expanded = expandHosts(pattern)
      if (typeof expanded === 'string') {
        this.tell('error', expanded, [...path, pattern])
        continue
      }
      for (const name of expanded.names) {
        const host = this.hosts.get(name) ?? { name, place, variables: new Map() }
        this.hosts.set(name, host)
        if (group.name !== 'all') group.hosts.add(name)
        if (expanded.port !== undefined) {
          host.variables.set('ansible_port', { value: expanded.port, place })
        }
        this.variables(content, [...path, pattern], `host '${name}'`, host.variables)
      }
    }
  }

  private declare(name: string, path: readonly string[]): InventoryGroup {
    const group = emptyGroup(name, this.placeOf(path))
    this.groups.set(name, group)
    return group
  }

  private variables(
    value: Value | undefined,
    path: readonly string[],
    what: string,
    into: Variables,
  ): void {
    for (const [key, one] of Object.entries(this.mapping(value, path, what) ?? {})) {
      into.set(key, { value: one, place: this.placeOf([...path, key]) })
    }
  }

  /** One name alone is taken, too, as Ansible does. */
  private names(value: Value | undefined, path: readonly string[], what: string): Mapping {
    if (typeof value === 'string') return { [value]: null }
    return this.mapping(value, path, what) ?? {}
  }

  private mapping(
    value: Value | undefined,
    path: readonly string[],
    what: string,
  ): Mapping | undefined {
    if (value === null || value === undefined) return {}
    if (typeof value === 'object' && !Array.isArray(value)) return value as Mapping
    this.tell('error', `${what} must be a mapping: write lines 'name:' below it`, path)
    return undefined
  }

  private tell(severity: Finding['severity'], message: string, path: readonly string[]): void {
    this.findings.push({ severity, message, ...this.placeOf(path) })
  }

  /** Of the key at the end of a path; what a merge or an alias brought is where these are. */
  private placeOf(path: readonly string[]): Place {
    let node: unknown = this.document.contents
    let offset = 0
    for (const key of path) {
      const pair = isMap(node)
        ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined
      if (!pair || !isScalar(pair.key)) break
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    }
    const { line, col } = offset === 0 ? { line: 1, col: 1 } : this.lines.linePos(offset)
    return { file: this.file.path, line, column: col }
  }
}
