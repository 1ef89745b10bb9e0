import { argument, attribute } from './arguments.js'
import { filterAliases, filters } from './filters.js'
import { listMethods } from './list-filters.js'
import { nearest } from '../nearest.js'
import { tests } from './tests.js'
import {
  itemsOf,
  memberOf,
  numberOf,
  own,
  pythonText,
  truth,
  typeName,
  UnknownWord,
} from './values.js'
import type { Value } from './values.js'

type Named = Readonly<Record<string, Value>>

const lists: Readonly<Record<string, (items: Value[], args: Value[], named: Named) => Value[]>> = {
  map: (items, args, named) => {
    if (named.attribute === undefined) {
      const name = pythonText(argument(args, 0, 'map'))
      return items.map((item) => applyFilter(name, item, args.slice(1), named))
    }
    const path = named.attribute
    return items.map((item) => {
      const value = attribute(item, path)
      return named.default === undefined
        ? value
        : applyFilter('default', value, [named.default], {})
    })
  },
  select: (items, args) => items.filter((item) => holds(item, args)),
  reject: (items, args) => items.filter((item) => !holds(item, args)),
  selectattr: (items, args) =>
    items.filter((item) => holds(attribute(item, argument(args, 0, 'selectattr')), args.slice(1))),
  rejectattr: (items, args) =>
    items.filter((item) => !holds(attribute(item, argument(args, 0, 'rejectattr')), args.slice(1))),
}

function holds(item: Value, [test, ...args]: Value[]): boolean {
  return test === undefined ? truth(item) : applyTest(pythonText(test), item, args)
}

export function applyFilter(name: string, input: Value, args: Value[], named: Named): Value {
  const short = shortName(name)
  const list = own(lists, short)
  if (list) return list(itemsOf(input), args, named)
  const filter = own(filters, own(filterAliases, short) ?? short)
  if (filter) return filter(input, args, named)
  throw new UnknownWord(
    `the filter '${name}' is not understood${nearest(short, [...Object.keys(filters), ...Object.keys(lists)])}`,
  )
}

export function applyTest(name: string, value: Value, args: readonly Value[]): boolean {
  const short = shortName(name)
  const test = own(tests, short)
  if (test) return test(value, args)
  throw new UnknownWord(`the test '${name}' is not understood${nearest(short, Object.keys(tests))}`)
}

function shortName(name: string): string {
  return name.replace(/^ansible\.(builtin|utils|netcommon)\./, '')
}

type Method<Self> = (self: Self, args: Value[]) => Value

const textMethods: Readonly<Record<string, Method<string>>> = {
  capitalize: (self) => applyFilter('capitalize', self, [], {}),
  count: (self, args) => self.split(pythonText(argument(args, 0, 'count'))).length - 1,
  endswith: (self, args) => self.endsWith(pythonText(argument(args, 0, 'endswith'))),
  find: (self, args) => self.indexOf(pythonText(argument(args, 0, 'find'))),
  isdigit: (self) => /^\d+$/.test(self),
  join: (self, args) =>
    itemsOf(argument(args, 0, 'join'))
      .map(pythonText)
      .join(self),
  lower: (self) => self.toLowerCase(),
  lstrip: (self) => self.trimStart(),
  partition: (self, args) => {
    const by = pythonText(argument(args, 0, 'partition'))
    const at = self.indexOf(by)
    return at < 0 ? [self, '', ''] : [self.slice(0, at), by, self.slice(at + by.length)]
  },
  replace: (self, args) => applyFilter('replace', self, args, {}),
  rstrip: (self) => self.trimEnd(),
  split: (self, args) => applyFilter('split', self, args, {}),
  splitlines: (self) => self.split(/\r?\n/),
  startswith: (self, args) => self.startsWith(pythonText(argument(args, 0, 'startswith'))),
  strip: (self) => self.trim(),
  title: (self) => applyFilter('title', self, [], {}),
  upper: (self) => self.toUpperCase(),
  zfill: (self, args) => self.padStart(numberOf(argument(args, 0, 'zfill')), '0'),
}

/** `'a,b'.split(',')`, `hostvars.get('kolla1')`, `{…}.items()`. */
export function callMethod(self: Value, name: string, args: Value[]): Value {
  const method = typeof self === 'string' ? own(textMethods, name) : undefined
  if (method && typeof self === 'string') return method(self, args)
  if (Array.isArray(self)) {
    const ofLists = own(listMethods, name)
    if (ofLists) return ofLists(self, args)
  }
  if (typeof self === 'object' && self !== null && !Array.isArray(self)) {
    if (name === 'get') {
      return applyFilter('default', memberOf(self, argument(args, 0, 'get')), [args[1] ?? null], {})
    }
    if (name === 'keys') return itemsOf(self)
    if (name === 'values') return itemsOf(self).map((key) => memberOf(self, key))
    if (name === 'items') return itemsOf(self).map((key) => [key, memberOf(self, key)])
  }
  throw new UnknownWord(`'${name}()' of ${typeName(self)} is not understood`)
}
