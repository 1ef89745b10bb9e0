import { argument, attribute } from './arguments.js'
import type { Filter } from './arguments.js'
import {
  compare,
  contains,
  equal,
  isMapping,
  itemsOf,
  JinjaError,
  memberOf,
  numberOf,
  pythonText,
  truth,
} from './values.js'
import type { Value } from './values.js'

/** Equal keys stand together, in the keys' order, as in Python's jinja2. */
function groupBy(input: Value, path: Value): Value[] {
  const folded = (item: Value) => {
    const key = attribute(item, path)
    return typeof key === 'string' ? key.toLowerCase() : key
  }
  const groups: [Value, Value[]][] = []
  for (const item of [...itemsOf(input)].sort((a, b) => compare(folded(a), folded(b)))) {
    const last = groups.at(-1)
    if (last && equal(folded(last[1][0] ?? null), folded(item))) last[1].push(item)
    else groups.push([attribute(item, path), [item]])
  }
  return groups.map(([grouper, list]) => [grouper, list])
}

function batches(items: Value[], size: number, fill: Value | undefined): Value[] {
  if (size < 1) throw new JinjaError("'batch' needs a size")
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, i) => {
    const batch = items.slice(i * size, (i + 1) * size)
    const missing = fill === undefined ? 0 : size - batch.length
    return [...batch, ...Array.from({ length: missing }, () => fill ?? null)]
  })
}

function zip(lists: Value[][]): Value[] {
  const length = Math.min(...lists.map((list) => list.length))
  return Array.from({ length }, (_, i) => lists.map((list) => list[i] ?? null))
}

/** Filters of Jinja's and Ansible's that make lists, or take something out of them. */
export const listFilters: Readonly<Record<string, Filter>> = {
  batch: (input, args) => batches(itemsOf(input), numberOf(argument(args, 0, 'batch')), args[1]),
  dictsort: (input, args, named) => {
    if (!isMapping(input)) throw new JinjaError("'dictsort' needs a mapping")
    const at = (args[1] ?? named.by) === 'value' ? 1 : 0
    const folded = (value: Value) => (typeof value === 'string' ? value.toLowerCase() : value)
    const entries = Object.entries(input).sort((a, b) =>
      compare(folded(a[at] ?? null), folded(b[at] ?? null)),
    )
    return truth(args[2] ?? named.reverse ?? false) ? entries.reverse() : entries
  },
  extract: (input, args) =>
    [input, ...(Array.isArray(args[1]) ? args[1] : args.slice(1))].reduce<Value>(
      (at, key) => memberOf(at, key),
      argument(args, 0, 'extract'),
    ),
  groupby: (input, args, named) => groupBy(input, named.attribute ?? argument(args, 0, 'groupby')),
  product: (input, args) =>
    [input, ...args]
      .map(itemsOf)
      .reduce<Value[][]>(
        (all, list) => all.flatMap((some) => list.map((one) => [...some, one])),
        [[]],
      ),
  symmetric_difference: (input, args) => {
    const [left, right] = [itemsOf(input), itemsOf(argument(args, 0, 'symmetric_difference'))]
    return [
      ...left.filter((item) => !contains(right, item)),
      ...right.filter((item) => !contains(left, item)),
    ]
  },
  zip: (input, args) => zip([input, ...args].map(itemsOf)),
}

/** `list.index('kolla2')`, `list.count('a')`. */
export const listMethods: Readonly<Record<string, (self: Value[], args: Value[]) => Value>> = {
  count: (self, args) => self.filter((item) => equal(item, argument(args, 0, 'count'))).length,
  index: (self, args) => {
    const at = self.findIndex((item) => equal(item, argument(args, 0, 'index')))
    if (at < 0)
      throw new JinjaError(
        `the list has no item ${typeof args[0] === 'number' ? pythonText(args[0]) : 'that'} 'index' looks for`,
      )
    return at
  },
}
