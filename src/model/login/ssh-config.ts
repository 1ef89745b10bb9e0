import type { SshConfigFile } from '../cloud.js'
import type { Finding } from '../finding.js'
import { unquoted } from './ssh-arguments.js'
import { honoured } from './ssh-option.js'
import type { SshOption } from './ssh-option.js'

/** Whether the lines below a `Host` or `Match` are about a host. */
type Condition = (alias: string) => boolean

interface Line {
  readonly conditions: readonly Condition[]
  readonly option: SshOption
}

/** What `~/.ssh/config` says of hosts, as far as it is honoured here. */
export class SshConfig {
  readonly findings: Finding[] = []
  private readonly lines: Line[] = []

  constructor(file?: SshConfigFile) {
    if (file) this.read(file, [])
  }

  /** The options of a host by the name that it is called by, in their order. */
  optionsOf(alias: string): SshOption[] {
    return this.lines
      .filter(({ conditions }) => conditions.every((holds) => holds(alias)))
      .map(({ option }) => option)
  }

  private read({ path, text, included = {} }: SshConfigFile, outer: readonly Condition[]): void {
    let conditions = outer
    let unknown: { readonly criterion: string; told: boolean } | undefined
    text.split(/\r?\n/).forEach((raw, index) => {
      const [, name = '', rest = ''] = /^\s*([A-Za-z0-9]+)\s*=?\s*(.*?)\s*$/.exec(raw) ?? []
      const keyword = name.toLowerCase()
      const value = unquoted(rest)
      const place = { file: path, line: index + 1, column: 1 }
      if (keyword === 'host') {
        unknown = undefined
        conditions = [...outer, anyOf(value.split(/\s+/).map(unquoted))]
      } else if (keyword === 'match') {
        const match = readMatch(value)
        unknown = typeof match === 'string' ? { criterion: match, told: false } : undefined
        conditions = [...outer, typeof match === 'string' ? () => false : match]
      } else if (keyword === 'include') {
        const inner = conditions
        for (const file of includePatterns(rest).flatMap((it) => included[it] ?? [])) {
          this.read(file, inner)
        }
      } else if (honoured.has(keyword)) {
        this.lines.push({ conditions, option: { keyword, value, place } })
        if (!unknown || unknown.told) return
        unknown.told = true
        const message = `what stands below 'Match ${unknown.criterion}' is not read: use Host, or Match with all, host, originalhost`
        this.findings.push({ severity: 'warning', message, ...place })
      }
    })
  }
}

/** The files that a line `Include` names, as they are written. */
export function includePatterns(value: string): string[] {
  return value.match(/"[^"]*"|\S+/g)?.map(unquoted) ?? []
}

/** `*` and `?` of ssh_config(5), and of file names. */
export function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'is')
}

/** A pattern with `!` excludes, whatever else fits. */
function anyOf(patterns: readonly string[]): Condition {
  const yes = patterns.filter((it) => !it.startsWith('!')).map(wildcard)
  const no = patterns.filter((it) => it.startsWith('!')).map((it) => wildcard(it.slice(1)))
  return (alias) => yes.some((it) => it.test(alias)) && !no.some((it) => it.test(alias))
}

/** A string is a criterion that is not understood. */
function readMatch(value: string): Condition | string {
  const words = value.split(/\s+/)
  const conditions: Condition[] = []
  for (let at = 0; at < words.length; at++) {
    const criterion = (words[at] ?? '').toLowerCase()
    if (criterion === 'all') continue
    if (criterion !== 'host' && criterion !== 'originalhost') return criterion
    conditions.push(anyOf(unquoted(words[++at] ?? '').split(',')))
  }
  return (alias) => conditions.every((holds) => holds(alias))
}
