import { isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml'
import type { Document, Node, Pair } from 'yaml'
import type { SourceFile } from './cloud.js'
import type { Finding } from './finding.js'
import type { Place, Variables } from './inventory/parser.js'
import type { Value } from './jinja/render.js'

/** The top-level keys of a YAML file with their places. Everything that is wrong becomes a finding. */
export interface YamlMapping {
  readonly variables: Variables
  /** Nothing could be read, so that missing keys mean nothing. */
  readonly broken: boolean
  readonly findings: readonly Finding[]
}

/** Reads YAML 1.1 as Ansible does (`yes` and `no` are booleans); the last of two equal keys holds. */
export function readYamlMapping(file: SourceFile): YamlMapping {
  const lines = new LineCounter()
  const findings: Finding[] = []
  const variables: Variables = new Map()
  const place = (offset = 0): Place => {
    const { line, col } = offset === 0 ? { line: 1, col: 1 } : lines.linePos(offset)
    return { file: file.path, line, column: col }
  }
  const report = (severity: Finding['severity'], message: string, at: Place) =>
    findings.push({ severity, message, ...at })

  if (file.text.startsWith('$ANSIBLE_VAULT')) {
    report(
      'error',
      'the file is encrypted by ansible-vault: decrypt it, this version does not',
      place(),
    )
    return { variables, broken: findings.length > 0, findings }
  }
  const documents = parseAllDocuments(file.text, {
    version: '1.1',
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
  })
  const [document, second] = documents as Document.Parsed[]
  for (const error of document?.errors ?? [])
    report('error', sentence(error.message), place(error.pos[0]))
  if (second)
    report('error', 'a second document starts here: remove the line ---', place(second.range[0]))
  if (!document || findings.length > 0) return { variables, broken: findings.length > 0, findings }
  if (
    document.contents === null ||
    (isScalar(document.contents) && document.contents.value === null)
  ) {
    return { variables, broken: findings.length > 0, findings }
  }
  if (!isMap(document.contents)) {
    report('error', 'the file must consist of lines key: value', place(document.contents.range[0]))
    return { variables, broken: findings.length > 0, findings }
  }
  for (const pair of document.contents.items as Pair<Node, Node | null>[]) {
    const at = place(pair.key.range?.[0])
    const key = isScalar(pair.key) ? String(pair.key.value) : ''
    const before = variables.get(key)
    if (key === '') {
      report('error', 'a key must be a plain name', at)
    } else if (holdsUnquotedJinja(pair.value)) {
      report('error', `the Jinja of '${key}' needs quotes around it: ${key}: "{{ … }}"`, at)
    } else if (pair.value?.tag?.startsWith('!') === true) {
      report(
        'error',
        `'${key}' has the tag ${pair.value.tag}, which is not understood: write the plain value`,
        at,
      )
    } else {
      if (before) {
        report(
          'warning',
          `'${key}' is set again, line ${before.place.line} is overruled: remove one`,
          at,
        )
      }
      variables.set(key, { value: plain(pair.value?.toJS(document)), place: at })
    }
  }
  return { variables, broken: false, findings }
}

/** `key: {{ name }}` is a mapping whose key is a mapping to YAML. */
function holdsUnquotedJinja(value: Node | null): boolean {
  return isMap(value) && value.items.some((item) => isMap(item.key))
}

function sentence(message: string): string {
  const first = message.split('\n')[0] ?? message
  return `this is no YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`
}

/** Dates, which YAML 1.1 sees in `2026-11-23`, go back to text. */
function plain(value: unknown): Value {
  if (value === undefined) return null
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  }
  return value as Value
}
