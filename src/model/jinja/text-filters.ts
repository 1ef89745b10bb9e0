import { createHash } from 'node:crypto'
import { parse, stringify } from 'yaml'
import { argument } from './arguments.js'
import type { Filter } from './arguments.js'
import { regular } from './regular.js'
import {
  isMapping,
  itemsOf,
  JinjaError,
  numberOf,
  plain,
  pythonText,
  truth,
  typeName,
} from './values.js'
import type { Value } from './values.js'

const text =
  (change: (input: string) => Value): Filter =>
  (input) =>
    change(pythonText(input))

const letters: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
}
const escape = text((input) => input.replace(/[&<>'"]/g, (letter) => letters[letter] ?? letter))

function digest(input: Value, algorithm: Value): string {
  const name = pythonText(algorithm)
  if (!['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'].includes(name)) {
    throw new JinjaError(`the digest '${name}' is not understood`)
  }
  return createHash(name).update(pythonText(input)).digest('hex')
}

/** What one match gives: its only group, all its groups, or the whole. */
function found(match: RegExpExecArray): Value {
  const groups = match.slice(1).map((group: string | undefined) => group ?? '')
  return groups.length === 0 ? match[0] : groups.length === 1 ? (groups[0] ?? '') : groups
}

function flags(named: Readonly<Record<string, Value>>): string {
  return (
    (truth(named.ignorecase ?? false) ? 'i' : '') + (truth(named.multiline ?? false) ? 'm' : '')
  )
}

function search(
  input: string,
  args: readonly Value[],
  named: Readonly<Record<string, Value>>,
): Value {
  const match = regular(pythonText(argument(args, 0, 'regex_search')), flags(named)).exec(input)
  if (!match) return args.length > 1 ? null : ''
  const groups = args.slice(1).map((group): Value => {
    const [, number, name] = /^\\(?:(\d+)|g<(\w+)>)$/.exec(pythonText(group)) ?? []
    const one = number === undefined ? match.groups?.[name ?? ''] : match[Number(number)]
    if (one === undefined) throw new JinjaError('a group of regex_search is not there')
    return one
  })
  return groups.length > 0 ? groups : match[0]
}

/** The part behind the last slash, and the part before it, as Python's `os.path` has them. */
function split(path: string): [string, string] {
  const at = path.lastIndexOf('/') + 1
  const folder = path.slice(0, at)
  return [/^\/*$/.test(folder) ? folder : folder.replace(/\/+$/, ''), path.slice(at)]
}

function fromYaml(input: Value): Value {
  if (typeof input !== 'string') return input
  try {
    return parse(input, { version: '1.1' }) as Value
  } catch {
    throw new JinjaError(`${typeName(input)} is no YAML`)
  }
}

function byKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, byKeys(one)]))
}

/** Filters of Jinja's and Ansible's that make texts or read them. */
export const textFilters: Readonly<Record<string, Filter>> = {
  basename: text((input) => split(input)[1]),
  center: (input, args) => {
    const [width, { length }] = [numberOf(args[0] ?? 80), pythonText(input)]
    const left = Math.floor(Math.max(0, width - length) / 2)
    return pythonText(input)
      .padStart(length + left)
      .padEnd(width)
  },
  checksum: (input) => digest(input, 'sha1'),
  dirname: text((input) => split(input)[0]),
  escape,
  from_yaml: fromYaml,
  hash: (input, args, named) => digest(input, args[0] ?? named.hashtype ?? 'sha1'),
  md5: (input) => digest(input, 'md5'),
  path_join: (input) =>
    typeof input === 'string' ? input : itemsOf(input).map(pythonText).reduce(joined, ''),
  regex_escape: text((input) => input.replace(/[^\w]/g, (letter) => `\\${letter}`)),
  regex_findall: (input, args, named) => {
    const pattern = regular(pythonText(argument(args, 0, 'regex_findall')), `g${flags(named)}`)
    return [...pythonText(input).matchAll(pattern)].map(found)
  },
  regex_search: (input, args, named) => search(pythonText(input), args, named),
  safe: (input) => input,
  sha1: (input) => digest(input, 'sha1'),
  splitext: text((input) => {
    const [, stem = input, ending = ''] =
      /^(.*[^/.].*?|\.*[^/]*?[^/.])(\.[^./]*)$/s.exec(input) ?? []
    return [stem, ending]
  }),
  to_nice_yaml: (input, args, named) =>
    stringify(byKeys(plain(input)), {
      indent: numberOf(args[0] ?? named.indent ?? 4),
      version: '1.1',
    }),
  to_yaml: (input) => stringify(byKeys(plain(input)), { version: '1.1' }),
  truncate: (input, args, named) => {
    const [length, ending] = [
      numberOf(args[0] ?? named.length ?? 255),
      pythonText(args[2] ?? named.end ?? '...'),
    ]
    const whole = pythonText(input)
    if (whole.length <= length + numberOf(args[3] ?? named.leeway ?? 5)) return whole
    const cut = whole.slice(0, length - ending.length)
    const words = truth(args[1] ?? named.killwords ?? false) ? cut : cut.replace(/ [^ ]*$/, '')
    return words + ending
  },
  urlencode: (input) =>
    isMapping(input)
      ? Object.entries(input)
          .map((pair) =>
            pair.map((half) => quoted(pythonText(half), '').replaceAll('%20', '+')).join('='),
          )
          .join('&')
      : quoted(pythonText(input), '/'),
  wordcount: text((input) => (input.match(/\w+/g) ?? []).length),
}

function joined(base: string, part: string): string {
  return part.startsWith('/') || base === '' ? part : `${base.replace(/\/$/, '')}/${part}`
}

/** Python's `urllib.parse.quote`. */
function quoted(input: string, safe: string): string {
  return encodeURIComponent(input)
    .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', safe === '/' ? '/' : '%2F')
}
