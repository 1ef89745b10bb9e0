import type { SourceFile } from '../cloud.js'
import type { Finding } from '../finding.js'
import type { Value } from '../jinja/render.js'
import { equal } from '../jinja/values.js'
import { nearest } from '../nearest.js'
import { expandHosts } from './host-pattern.js'
import { inventoryValue } from './literal.js'
import { splitWords } from './words.js'
import type { Word } from './words.js'

/** Where something was written; line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Variable {
  readonly value: Value
  readonly place: Place
}

export type Variables = Map<string, Variable>

/** A group as the file has it. Without `listed` it has only variables, and its members come from kolla's tree. */
export interface InventoryGroup {
  readonly name: string
  readonly place: Place
  listed: boolean
  readonly hosts: Set<string>
  /** Child group → where it is named. */
  readonly children: Map<string, Place>
  readonly variables: Variables
}

export const emptyGroup = (name: string, place: Place): InventoryGroup => ({
  name,
  place,
  listed: false,
  hosts: new Set(),
  children: new Map(),
  variables: new Map(),
})

export interface InventoryHost {
  readonly name: string
  readonly place: Place
  readonly variables: Variables
}

/** What an INI inventory says, before kolla's own groups are added. */
export interface Inventory {
  readonly groups: Map<string, InventoryGroup>
  readonly hosts: Map<string, InventoryHost>
}

/** A host is named once for each group that lists it; ranges make millions of names from one line. */
const mostNames = 100_000

const kinds = ['hosts', 'children', 'vars']

/** Reads Ansible's INI format, goes on after an error, and tells all of them. */
export function parseInventory(file: SourceFile): { inventory: Inventory; findings: Finding[] } {
  const parser = new Parser(file.path)
  parser.read(file.text)
  return { inventory: parser, findings: parser.findings }
}

/** What stands before a value, which may be a secret. */
const keyOf = (line: string) => /^[^\s:='"]*/.exec(line)?.[0] ?? ''

class Parser implements Inventory {
  readonly groups = new Map<string, InventoryGroup>()
  readonly hosts = new Map<string, InventoryHost>()
  readonly findings: Finding[] = []
  private place: Place
  private group: InventoryGroup | undefined
  private kind = 'hosts'
  private named = 0
  private isFull = false

  constructor(file: string) {
    this.place = { file, line: 0, column: 1 }
  }

  read(text: string): void {
    text.split(/\r?\n/).forEach((raw, index) => {
      const line = raw.trim()
      this.place = {
        ...this.place,
        line: index + 1,
        column: raw.length - raw.trimStart().length + 1,
      }
      if (line !== '' && !/^[#;]/.test(line)) this.readLine(line)
    })
  }

  private readLine(line: string): void {
    const header = /^\[([^:\]\s]+)(?::([^\]\s]*))?\]\s*(?:#.*)?$/.exec(line)
    if (header) this.openSection(header[1] ?? '', header[2] ?? 'hosts')
    else if (line.startsWith('[') && !/^\[[^\]]*:[^\]]*\]\S/.test(line)) this.brokenHeader(line)
    else if (this.kind === 'vars') this.readVariable(line)
    else if (this.kind === 'children') this.readChild(line)
    else if (this.kind === 'hosts') this.readHosts(line)
  }

  private brokenHeader(line: string): void {
    this.kind = 'unknown'
    const name = /^\[[\w.-]*/.exec(line)?.[0] ?? ''
    this.error(
      `the section header that begins with '${name}' is broken: write it as [control], without spaces`,
    )
  }

  private openSection(name: string, kind: string): void {
    this.kind = kinds.includes(kind) ? kind : 'unknown'
    if (this.kind === 'unknown') {
      this.error(
        `a section is [group], [group:children] or [group:vars], not '[${name}:${kind}]'${nearest(kind, kinds)}`,
        `[${name}:`.length,
      )
      return
    }
    this.group = this.groups.get(name) ?? this.declare(name)
    if (kind !== 'vars') this.group.listed = true
  }

  private declare(name: string): InventoryGroup {
    const group = emptyGroup(name, { ...this.place, column: this.place.column + 1 })
    this.groups.set(name, group)
    return group
  }

  private readChild(line: string): void {
    const name = line.replace(/\s*#.*$/, '')
    if (/[\s:=]/.test(name)) {
      this.error(
        `more than a group name follows '${keyOf(name)}': below [${this.group?.name ?? ''}:children] write one group a line`,
      )
    } else if (this.group?.children.has(name)) {
      this.warning(`group '${name}' is named twice below [${this.group.name}:children]: remove one`)
    } else {
      this.group?.children.set(name, this.place)
    }
  }

  private readVariable(line: string): void {
    const assignment = /^([^=]*?)\s*=\s*(.*)$/s.exec(line)
    if (!assignment?.[1]) {
      this.error(
        `'${keyOf(line)}' sets nothing: below [${this.group?.name ?? ''}:vars] write key = value`,
      )
      return
    }
    const [, key, value = ''] = assignment
    if (this.group) this.set(this.group.variables, key, inventoryValue(value), this.place)
  }

  private readHosts(line: string): void {
    const words = splitWords(line)
    const [pattern, ...assignments] = words ?? []
    if (!pattern) {
      if (!words) this.error(`a quote is opened and not closed after '${keyOf(line)}'`)
      return
    }
    const expanded = expandHosts(pattern.text)
    if (typeof expanded === 'string') {
      this.error(expanded)
      return
    }
    this.named += expanded.names.length
    if (this.named > mostNames) {
      if (!this.isFull)
        this.error(`up to here the inventory names hosts ${mostNames} times: that is too many`)
      this.isFull = true
      return
    }
    const variables = this.readAssignments(assignments)
    for (const name of expanded.names) {
      const host = this.addHost(name)
      if (expanded.port !== undefined)
        this.set(host.variables, 'ansible_port', expanded.port, this.place)
      for (const [key, { value, place }] of variables) this.set(host.variables, key, value, place)
    }
  }

  private readAssignments(words: readonly Word[]): Variables {
    const variables: Variables = new Map()
    for (const [at, { text, column }] of words.entries()) {
      const equals = text.indexOf('=')
      const place = this.at(column - 1)
      if (equals > 0) {
        this.set(variables, text.slice(0, equals), inventoryValue(text.slice(equals + 1)), place)
      } else {
        const before = words[at - 1]?.text ?? ''
        const isCut = before === `${keyOf(before)}=`
        const what = isCut ? `a blank follows '${before}'` : 'this word is no variable'
        this.error(`${what}: after the host write key=value, without blanks`, column - 1)
      }
    }
    return variables
  }

  private addHost(name: string): InventoryHost {
    const host = this.hosts.get(name) ?? { name, place: this.place, variables: new Map() }
    this.hosts.set(name, host)
    const group = this.group ?? this.groups.get('ungrouped') ?? this.declare('ungrouped')
    if (group.hosts.has(name))
      this.warning(`host '${name}' is listed twice in [${group.name}]: remove one`)
    group.listed = true
    group.hosts.add(name)
    return host
  }

  private set(variables: Variables, key: string, value: Value, place: Place): void {
    const before = variables.get(key)
    if (before && !equal(before.value, value)) {
      const message = `'${key}' is set again, to another value than in line ${before.place.line}: the last one holds`
      this.findings.push({ severity: 'warning', message, ...place })
    }
    variables.set(key, { value, place })
  }

  private at(offset: number): Place {
    return { ...this.place, column: this.place.column + offset }
  }

  private error(message: string, offset = 0): void {
    this.findings.push({ severity: 'error', message, ...this.at(offset) })
  }

  private warning(message: string): void {
    this.findings.push({ severity: 'warning', message, ...this.place })
  }
}
