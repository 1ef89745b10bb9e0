import { isIP, isIPv4 } from 'node:net'
import { argument, attribute } from './arguments.js'
import type { Filter } from './arguments.js'
import { format } from './format.js'
import { kollaFilters } from './kolla-filters.js'
import { listFilters } from './list-filters.js'
import { replaceAll } from './regular.js'
import { textFilters } from './text-filters.js'
import {
  asFloat,
  compare,
  contains,
  defined,
  equal,
  Float,
  isMapping,
  isNumber,
  itemsOf,
  JinjaError,
  memberOf,
  numberOf,
  plain,
  pythonText,
  truth,
  typeName,
  Undefined,
} from './values.js'
import type { Value } from './values.js'

const yes: Value[] = ['yes', 'on', '1', 'true']

function toInt(value: Value, otherwise: Value, base: Value): Value {
  const known = defined(value)
  if (isNumber(known) || typeof known === 'boolean') return Math.trunc(numberOf(known))
  if (typeof known !== 'string') return otherwise
  const text = known.trim()
  if (base === 10 && /^[+-]?\d+(\.\d*)?$/.test(text)) return Math.trunc(Number(text))
  const parsed = base === 16 ? text.replace(/^0x/i, '') : text
  const digits =
    base === 16 ? /^[0-9a-f]+$/i : base === 8 ? /^[0-7]+$/ : base === 2 ? /^[01]+$/ : /^$/
  return digits.test(parsed) ? Number.parseInt(parsed, numberOf(base)) : otherwise
}

function unique(items: Value[]): Value[] {
  const folded = (item: Value) => (typeof item === 'string' ? item.toLowerCase() : item)
  return items.filter(
    (item, i) => items.findIndex((other) => equal(folded(other), folded(item))) === i,
  )
}

function flatten(items: Value[]): Value[] {
  return items.flatMap((item) => (Array.isArray(item) ? flatten(item) : [item]))
}

function sorted(input: Value, named: Readonly<Record<string, Value>>): Value[] {
  const key = (item: Value) => {
    const value = named.attribute === undefined ? item : attribute(item, named.attribute)
    return typeof value === 'string' && !truth(named.case_sensitive ?? false)
      ? value.toLowerCase()
      : value
  }
  const items = [...itemsOf(input)].sort((a, b) => compare(key(a), key(b)))
  return truth(named.reverse ?? false) ? items.reverse() : items
}

function extreme(input: Value, sign: 1 | -1): Value {
  const items = itemsOf(input)
  const first = items[0]
  if (first === undefined) return new Undefined('an item of an empty list')
  return items.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first)
}

/** Python's `json.dumps` with its default separators. */
function toJson(value: Value): string {
  const known = plain(value)
  const dump = (item: unknown): string => {
    if (Array.isArray(item)) return `[${item.map(dump).join(', ')}]`
    if (typeof item === 'object' && item !== null) {
      const entries = Object.entries(item).map(
        ([key, one]) => `${JSON.stringify(key)}: ${dump(one)}`,
      )
      return `{${entries.join(', ')}}`
    }
    return JSON.stringify(item)
  }
  return dump(known)
}

/** As `ansible.builtin.to_nice_json`: by keys, and with ASCII alone. */
function niceJson(value: unknown, indent: number): string {
  const byKeys = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(byKeys)
    if (typeof item !== 'object' || item === null) return item
    const entries = Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(entries.map(([key, one]) => [key, byKeys(one)]))
  }
  const code = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(byKeys(value), undefined, indent).replace(/[\u0080-\uffff]/g, code)
}

/** `ansible.utils.ipaddr` for what kolla's files ask of it: the address itself, or false. */
function ipaddr(input: Value, query: Value): Value {
  const [address = '', length] = pythonText(input).split('/')
  if (isIP(address) === 0) return false
  if (query === '' || query === null) return pythonText(input)
  if (query === 'address') return address
  if (query === 'prefix' && length !== undefined) return Number(length)
  throw new JinjaError(`ipaddr('${pythonText(query)}') is not understood`)
}

type Mapping = Readonly<Record<string, Value>>

const mergeFlat = (one: Mapping, other: Mapping): Mapping => ({ ...one, ...other })

/** A mapping on either side is merged; of anything else the later one counts. */
function mergeDeeply(one: Mapping, other: Mapping): Mapping {
  const both = Object.entries(other).map(([key, value]): [string, Value] => {
    const before = Object.hasOwn(one, key) ? one[key] : undefined
    return before !== undefined && isMapping(before) && isMapping(value)
      ? [key, mergeDeeply(before, value)]
      : [key, value]
  })
  return { ...one, ...Object.fromEntries(both) }
}

const text =
  (change: (input: string) => string): Filter =>
  (input) =>
    change(pythonText(input))

export const filters: Readonly<Record<string, Filter>> = {
  ...kollaFilters,
  ...listFilters,
  ...textFilters,
  abs: (input) =>
    input instanceof Float ? new Float(Math.abs(input.value)) : Math.abs(numberOf(input)),
  b64decode: text((input) => Buffer.from(input, 'base64').toString()),
  b64encode: text((input) => Buffer.from(input).toString('base64')),
  bool: (input) => {
    const known = defined(input)
    if (known === null || typeof known === 'boolean') return known
    return yes.includes(pythonText(known).toLowerCase())
  },
  capitalize: text((input) => input.charAt(0).toUpperCase() + input.slice(1).toLowerCase()),
  combine: (input, args, named) => {
    const merge = truth(named.recursive ?? false) ? mergeDeeply : mergeFlat
    return [input, ...args].map(mapping).reduce(merge, {})
  },
  count: (input) => itemsOf(input).length,
  default: (input, args, named) => {
    const otherwise = args[0] === undefined ? (named.default_value ?? '') : args[0]
    const falseToo = truth(args[1] ?? named.boolean ?? false)
    return input instanceof Undefined || (falseToo && !truth(input)) ? otherwise : input
  },
  dict2items: (input, _args, named) => {
    const [keyName, valueName] = [named.key_name ?? 'key', named.value_name ?? 'value'].map(
      pythonText,
    ) as [string, string]
    return Object.entries(mapping(input)).map(([key, value]) => ({
      [keyName]: key,
      [valueName]: value,
    }))
  },
  difference: (input, args) =>
    unique(itemsOf(input)).filter((item) => !contains(argument(args, 0, 'difference'), item)),
  first: (input) => itemsOf(input)[0] ?? new Undefined('the first item of an empty list'),
  flatten: (input) => flatten(itemsOf(input)),
  float: (input) => {
    const number = typeof input === 'string' ? Number.parseFloat(input) : numberOf(input)
    return asFloat(Number.isNaN(number) ? 0 : number)
  },
  from_json: (input) => {
    try {
      return JSON.parse(pythonText(input)) as Value
    } catch {
      throw new JinjaError(`${typeName(input)} is no JSON`)
    }
  },
  format: (input, args, named) => {
    if (Object.keys(named).length > 0) throw new JinjaError('format by names is not understood')
    return format(pythonText(input), args)
  },
  indent: (input, args, named) => {
    const width = args[0] ?? named.width ?? 4
    const by = typeof width === 'string' ? width : ' '.repeat(numberOf(width))
    const [first, blank] = [args[1] ?? named.first ?? false, args[2] ?? named.blank ?? false].map(
      truth,
    )
    return pythonText(input)
      .split(/\r?\n/)
      .map((line, at) => ((at === 0 ? first : line !== '' || blank) ? by + line : line))
      .join('\n')
  },
  int: (input, args, named) =>
    toInt(input, args[0] ?? named.default ?? 0, args[1] ?? named.base ?? 10),
  intersect: (input, args) =>
    unique(itemsOf(input)).filter((item) => contains(argument(args, 0, 'intersect'), item)),
  ipaddr: (input, args) => ipaddr(input, args[0] ?? ''),
  ipwrap: text((input) => (input.includes(':') ? `[${input}]` : input)),
  ipv4: (input) => (isIPv4(pythonText(input).split('/')[0] ?? '') ? pythonText(input) : false),
  items: (input) => Object.entries(mapping(input)),
  items2dict: (input) =>
    Object.fromEntries(
      itemsOf(input).map((item) => [pythonText(memberOf(item, 'key')), memberOf(item, 'value')]),
    ),
  join: (input, args, named) => {
    const by = named.attribute ?? args[1]
    const items = itemsOf(input).map((item) => (by === undefined ? item : attribute(item, by)))
    return items.map(pythonText).join(pythonText(args[0] ?? named.d ?? ''))
  },
  last: (input) => itemsOf(input).at(-1) ?? new Undefined('the last item of an empty list'),
  length: (input) => itemsOf(input).length,
  list: (input) => itemsOf(input),
  lower: text((input) => input.toLowerCase()),
  mandatory: (input) => defined(input),
  max: (input) => extreme(input, 1),
  min: (input) => extreme(input, -1),
  quote: text((input) =>
    /^[\w@%+=:,./-]+$/.test(input) ? input : `'${input.replaceAll("'", `'"'"'`)}'`,
  ),
  regex_replace: (input, args, named) => {
    const flags = [
      truth(args[2] ?? named.ignorecase ?? false) ? 'i' : '',
      truth(args[3] ?? named.multiline ?? false) ? 'm' : '',
    ].join('')
    const [pattern, by] = [args[0] ?? named.pattern ?? '', args[1] ?? named.replacement ?? '']
    return replaceAll(pythonText(input), pythonText(pattern), pythonText(by), flags)
  },
  replace: (input, args) => {
    const replacement = pythonText(argument(args, 1, 'replace'))
    return pythonText(input).replaceAll(pythonText(argument(args, 0, 'replace')), () => replacement)
  },
  reverse: (input) =>
    typeof input === 'string'
      ? Array.from(input).reverse().join('')
      : [...itemsOf(input)].reverse(),
  round: (input, args) => {
    const scale = 10 ** numberOf(args[0] ?? 0)
    const scaled = numberOf(input) * scale
    const floor = Math.floor(scaled)
    if (args[1] === 'floor') return asFloat(floor / scale)
    if (args[1] === 'ceil') return asFloat(Math.ceil(scaled) / scale)
    const half = scaled - floor === 0.5
    return asFloat((half ? floor + Math.abs(floor % 2) : Math.round(scaled)) / scale)
  },
  sort: (input, _args, named) => sorted(input, named),
  split: (input, args) => split(pythonText(input), args[0]),
  string: (input) => pythonText(input),
  sum: (input) => itemsOf(input).reduce<number>((total, item) => total + numberOf(item), 0),
  ternary: (input, args) =>
    (input === null ? args[2] : undefined) ?? argument(args, truth(input) ? 0 : 1, 'ternary'),
  title: text((input) =>
    input.toLowerCase().replace(/(^|[\s\-([{<])(\S)/g, (all) => all.toUpperCase()),
  ),
  to_json: toJson,
  to_nice_json: (input, args, named) =>
    niceJson(plain(input), numberOf(args[0] ?? named.indent ?? 4)),
  trim: text((input) => input.trim()),
  union: (input, args) => unique([...itemsOf(input), ...itemsOf(argument(args, 0, 'union'))]),
  unique: (input) => unique(itemsOf(input)),
  upper: text((input) => input.toUpperCase()),
}

/** Other names of filters: Jinja's short ones and the collections that kolla-ansible takes them from. */
export const filterAliases: Readonly<Record<string, string>> = {
  d: 'default',
  e: 'escape',
  forceescape: 'escape',
  tojson: 'to_json',
}

function mapping(value: Value): { [key: string]: Value } {
  if (!isMapping(value)) throw new JinjaError(`${typeName(value)} is used as a mapping`)
  return value
}

export function split(input: string, separator: Value | undefined): Value[] {
  if (separator === undefined || separator === null) return input.split(/\s+/).filter(Boolean)
  return input.split(pythonText(separator))
}
