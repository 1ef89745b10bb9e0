import { defined, JinjaError, memberOf, pythonText } from './values.js'
import type { Value } from './values.js'

export type Filter = (input: Value, args: Value[], named: Readonly<Record<string, Value>>) => Value

export function argument(args: readonly Value[], index: number, what: string): Value {
  const value = args[index]
  if (value === undefined) throw new JinjaError(`${what} is missing an argument`)
  return defined(value)
}

/** What `attribute='ports.public'` means. */
export function attribute(item: Value, path: Value): Value {
  return pythonText(path)
    .split('.')
    .reduce<Value>((at, part) => memberOf(at, /^\d+$/.test(part) ? Number(part) : part), item)
}
