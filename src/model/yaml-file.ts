import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  YAMLParseError,
} from 'yaml'
import type { Node, Pair, Tags } from 'yaml'
import type { SourceFile } from './cloud.js'
import type { Finding } from './finding.js'
import type { Place, Variables } from './inventory/parser.js'
import type { Value } from './jinja/render.js'
import { expansionFault } from './yaml-expansion.js'
import { yamlFault } from './yaml-error.js'

/** The top-level keys of a YAML file with their places. Everything that is wrong becomes a finding. */
export interface YamlMapping {
  readonly variables: Variables
  /** Nothing could be read, so that missing keys mean nothing. */
  readonly broken: boolean
  readonly findings: readonly Finding[]
}

type Item = Pair<Node, Node | null>

/** Reads YAML 1.1 as Ansible does (`yes` and `no` are booleans); the last of two equal keys holds. */
export function readYamlMapping(file: SourceFile): YamlMapping {
  const lines = new LineCounter()
  const findings: Finding[] = []
  const variables: Variables = new Map()
  const place = (offset = 0): Place => {
    const { line, col } = offset === 0 ? { line: 1, col: 1 } : lines.linePos(offset)
    return { file: file.path, line, column: col }
  }

  const [document, second] = parse(file.text, lines)
  const refuse = (message: string, offset?: number) =>
    findings.push({ severity: 'error', message, ...place(offset) })
  const contents = document?.contents
  const expansion = document && document.errors.length === 0 ? expansionFault(document) : undefined
  if (document && document.errors.length > 0) {
    for (const error of document.errors) {
      refuse(`this is no YAML: ${yamlFault(error)}`, error.pos[0])
    }
  } else if (expansion) {
    refuse(expansion.message, expansion.offset)
  } else if (second) {
    refuse('a second document starts here: remove the line ---', second.range[0])
  } else if (isMap<Node, Node | null>(contents)) {
    const read = (item: Item) => readItem(item, document, place(item.key.range?.[0]))
    for (const item of contents.items.filter((one) => !isMerge(one))) {
      add(read(item), variables, findings)
    }
    // Of several merges the last has a key, of several mappings of one merge the first.
    for (const merge of contents.items.filter(isMerge).reverse()) {
      const merged = mergedItems(merge.value, document)
      if (!merged) refuse("'<<' must merge a mapping, or a list of mappings", merge.key.range[0])
      for (const item of (merged ?? []).map(read)) {
        if (!variables.has(item.key)) add(item, variables, findings)
      }
    }
    return { variables, broken: false, findings }
  } else if (contents && !(isScalar(contents) && contents.value === null)) {
    refuse('the file must consist of lines key: value', contents.range[0])
  }
  return { variables, broken: findings.length > 0, findings }
}

/** One broken document where the parser itself comes to no end of what is nested. */
function parse(text: string, lineCounter: LineCounter): Document.Parsed[] {
  const options = {
    version: '1.1',
    customTags: (tags: Tags) => tags.filter((tag) => !isExponent(tag)).map(withoutLetters),
    intAsBigInt: true,
    lineCounter,
    uniqueKeys: false,
    prettyErrors: false,
  } as const
  try {
    return parseAllDocuments(text, options) as Document.Parsed[]
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const document = new Document(null) as Document.Parsed
    document.errors.push(new YAMLParseError([0, 0], 'RESOURCE_EXHAUSTION', ''))
    return [document]
  }
}

interface ReadItem {
  readonly key: string
  readonly value: Value
  readonly place: Place
  readonly problem?: string | undefined
}

function readItem(item: Item, document: Document | undefined, place: Place): ReadItem {
  if (!isScalar(item.key))
    return { key: '', value: null, place, problem: 'a key must be a plain name' }
  const key = String(item.key.value)
  const tag = ownTag(item.value)
  const problem = holdsUnquotedJinja(item.value)
    ? `the Jinja of '${key}' needs quotes around it: ${key}: "{{ … }}"`
    : tag !== undefined
      ? `'${key}' has ${shownTag(tag)}, which is not understood: write the plain value, in quotes if it begins with !`
      : undefined
  if (problem !== undefined || !document) return { key, value: null, place, problem }
  try {
    return { key, value: plain(item.value?.toJS(document, { maxAliasCount: -1 })), place }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return {
      key,
      value: null,
      place,
      problem: `'${key}' refers to an anchor that is not there: write the value`,
    }
  }
}

function add(
  { key, value, place, problem }: ReadItem,
  variables: Variables,
  findings: Finding[],
): void {
  if (problem !== undefined) {
    findings.push({ severity: 'error', message: problem, ...place })
    return
  }
  const before = variables.get(key)
  if (before) {
    const message = `'${key}' is set again, line ${before.place.line} is overruled: remove one`
    findings.push({ severity: 'warning', message, ...place })
  }
  variables.set(key, { value, place })
}

function isMerge({ key }: Item): boolean {
  return isScalar(key) && typeof key.value === 'symbol'
}

/** The items that `<<: *base` or `<<: [*one, *two]` stands for, strongest first; undefined where it is no mapping. */
function mergedItems(value: Node | null, document: Document | undefined): Item[] | undefined {
  const node = isAlias(value) && document ? value.resolve(document) : value
  if (isSeq<Node>(node)) {
    const lists = node.items.map((item) => mergedItems(item, document))
    return lists.some((list) => list === undefined)
      ? undefined
      : lists.flatMap((list) => list ?? [])
  }
  if (!isMap<Node, Node | null>(node)) return undefined
  const inner = node.items.filter(isMerge).map((item) => mergedItems(item.value, document) ?? [])
  return [...node.items.filter((item) => !isMerge(item)), ...inner.flat()]
}

/** A tag of others, such as `!vault`, at whatever depth. */
function ownTag(value: Node | null): string | undefined {
  let found: string | undefined
  if (!value) return found
  visit(value, {
    Node: (_, { tag }) => {
      if (tag?.startsWith('!')) found ??= tag
    },
  })
  return found
}

/** What is none of Ansible's tags may be a password that begins with `!`. */
function shownTag(tag: string): string {
  return ['!vault', '!unsafe', '!vault-encrypted'].includes(tag) ? `the tag ${tag}` : 'a tag'
}

/** `key: {{ name }}` is a mapping whose key is a mapping to YAML. */
function holdsUnquotedJinja(value: Node | null): boolean {
  return isMap(value) && value.items.some((item) => isMap(item.key))
}

/** `1e5`, and so a password such as `12e34567`, is text to Python's YAML. */
function isExponent(tag: Tags[number]): boolean {
  return typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:float' && tag.format === 'EXP'
}

/** `y` and `n` are text to Python's YAML. */
function withoutLetters(tag: Tags[number]): Tags[number] {
  if (typeof tag !== 'object' || tag.tag !== 'tag:yaml.org,2002:bool') return tag
  const yes = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/
  const no = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/
  return { ...tag, test: tag.identify?.(true) === true ? yes : no } as Tags[number]
}

/** Dates, which YAML 1.1 sees in `2026-11-23`, and integers beyond JavaScript's go back to text. */
function plain(value: unknown): Value {
  if (value === undefined) return null
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  }
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  }
  return value as Value
}
