/** What an expression may evaluate to: Python's values as JavaScript's. */
export type Value =
  null | boolean | number | string | Float | Undefined | Lookup | Value[] | { [key: string]: Value }

/** Finds a variable by name; undefined when there is none. */
export type Scope = (name: string) => Value | undefined

/** A Python float without a fraction, which JavaScript can't tell from an integer: `4 / 2` prints `2.0`. */
export class Float {
  constructor(readonly value: number) {}

  toString(): string {
    return this.value.toFixed(1)
  }

  toJSON(): number {
    return this.value
  }
}

export function asFloat(number: number): number | Float {
  return Number.isInteger(number) ? new Float(number) : number
}

/** An undefined variable or attribute: good for `default` and `is defined`, an error wherever it is used. */
export class Undefined {
  constructor(
    readonly name: string,
    /** Prints as nothing, as the missing else of `'a' if x` does. */
    readonly silent = false,
    /** Its Jinja, where that can be evaluated once the hosts were asked. */
    readonly raw?: Value,
  ) {}
}

/** A mapping whose values are computed when they are asked for, such as `hostvars`. */
export class Lookup {
  constructor(
    readonly keys: readonly string[],
    readonly get: (key: string) => Value | undefined,
  ) {}
}

export class JinjaError extends Error {
  override name = 'JinjaError'
  readonly wayOut: string = 'define it, or write the value itself'
}

/** A filter, a test or a function that we lack, which no operator can define. */
export class UnknownWord extends JinjaError {
  override readonly wayOut = 'write what it would make'
}

export function isMapping(value: Value): value is { [key: string]: Value } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Float || value instanceof Undefined || value instanceof Lookup)
  )
}

/** The entry of a table, and nothing that JavaScript's objects inherit. */
export function own<Entry>(
  table: Readonly<Record<string, Entry>>,
  name: string,
): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

export function isNumber(value: Value): value is number | Float {
  return typeof value === 'number' || value instanceof Float
}

export function defined(value: Value): Exclude<Value, Undefined> {
  if (value instanceof Undefined) throw new JinjaError(`${value.name} is not defined`)
  return value
}

export function truth(value: Value): boolean {
  const known = defined(value)
  if (Array.isArray(known)) return known.length > 0
  if (known instanceof Lookup) return known.keys.length > 0
  if (known instanceof Float) return known.value !== 0
  if (isMapping(known)) return Object.keys(known).length > 0
  return Boolean(known)
}

export function numberOf(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (value instanceof Float) return value.value
  throw new JinjaError(`${typeName(value)} is used as a number`)
}

export function equal(left: Value, right: Value): boolean {
  const numeric = (value: Value) => isNumber(value) || typeof value === 'boolean'
  if (numeric(left) && numeric(right)) return numberOf(left) === numberOf(right)
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, i) => equal(item, right[i] ?? null))
  }
  if (isMapping(left) && isMapping(right)) {
    const keys = Object.keys(left)
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && equal(left[key] ?? null, right[key] ?? null))
    )
  }
  return left === right
}

/** As JSON and YAML have it: without floats that are whole. */
export function plain(value: Value): unknown {
  const known = defined(value)
  if (known instanceof Float) return known.value
  if (Array.isArray(known)) return known.map(plain)
  if (isMapping(known)) {
    return Object.fromEntries(Object.entries(known).map(([key, item]) => [key, plain(item)]))
  }
  return known
}

/** Less than zero, zero or more, as `left` sorts before, with or after `right`. */
export function compare(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') {
    return left < right ? -1 : left > right ? 1 : 0
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    const at = left.findIndex((item, i) => i >= right.length || !equal(item, right[i] ?? null))
    if (at === -1) return left.length - right.length
    return at >= right.length ? 1 : compare(left[at] ?? null, right[at] ?? null)
  }
  return numberOf(left) - numberOf(right)
}

/** Python's `str()`. */
export function pythonText(value: Value): string {
  if (value instanceof Undefined && value.silent) return ''
  const known = defined(value)
  return typeof known === 'string' ? known : pythonLiteral(known)
}

function pythonLiteral(value: Value): string {
  const known = defined(value)
  if (known === null) return 'None'
  if (known === true) return 'True'
  if (known === false) return 'False'
  if (known instanceof Float) return String(known)
  if (typeof known === 'number') return String(known)
  if (typeof known === 'string') return pythonString(known)
  if (Array.isArray(known)) return `[${known.map(pythonLiteral).join(', ')}]`
  if (known instanceof Lookup) throw new JinjaError('a mapping of this size is not printed')
  const entries = Object.entries(known).map(
    ([key, item]) => `${pythonString(key)}: ${pythonLiteral(item)}`,
  )
  return `{${entries.join(', ')}}`
}

function pythonString(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
}

export function typeName(value: Value): string {
  if (value === null) return 'an empty value'
  if (value instanceof Undefined) return `the undefined ${value.name}`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'a text' // never the text itself, which may be a password
  return typeof value === 'object' ? 'a mapping' : `the ${typeof value} ${String(value)}`
}

export function itemsOf(value: Value): Value[] {
  const known = defined(value)
  if (Array.isArray(known)) return known
  if (typeof known === 'string') return Array.from(known)
  if (known instanceof Lookup) return [...known.keys]
  if (isMapping(known)) return Object.keys(known)
  throw new JinjaError(`${typeName(value)} is used as a list`)
}

export function memberOf(object: Value, key: Value): Value {
  const known = defined(object)
  const missing = new Undefined(`member ${pythonText(key)}`)
  if (Array.isArray(known)) return isNumber(key) ? (known.at(numberOf(key)) ?? missing) : missing
  if (typeof known === 'string')
    return isNumber(key) ? (known.at(numberOf(key)) ?? missing) : missing
  const name = pythonText(key)
  if (known instanceof Lookup) return known.get(name) ?? missing
  if (isMapping(known) && Object.hasOwn(known, name)) return known[name] ?? null
  return missing
}

export function contains(container: Value, item: Value): boolean {
  if (typeof container === 'string') return container.includes(pythonText(item))
  return itemsOf(container).some((member) => equal(member, item))
}
