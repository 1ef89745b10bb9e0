import { argument } from './arguments.js'
import { besideName } from './include.js'
import {
  defined,
  isMapping,
  itemsOf,
  JinjaError,
  memberOf,
  own,
  pythonText,
  Undefined,
  UnknownWord,
} from './values.js'
import type { Scope, Value } from './values.js'

type Lookup = (term: Value, scope: Scope, named: Readonly<Record<string, Value>>) => Value

/**
 * Ansible's lookups that need nothing but the cloud's own files and the worker's environment. Others run programs, ask the
 * network or write files on the machine that deploys, which is not the operator's terminal here.
 */
const lookups: Readonly<Record<string, Lookup>> = {
  dict: (term) => {
    if (!isMapping(term)) throw new JinjaError("lookup('dict') needs a mapping")
    return Object.entries(term).map(([key, value]) => ({ key, value }))
  },
  env: (term) => environment(pythonText(term)),
  file: (term, scope) => fileBeside(pythonText(term), scope).trimEnd(),
  items: (term) => itemsOf(term),
  list: (term) => itemsOf(term),
  vars: (term, scope, named) => {
    const name = pythonText(term)
    const value = scope(name) ?? named.default
    return value === undefined ? defined(new Undefined(name)) : value
  },
}

/** `lookup('vars', 'a')`; `query` always gives a list. */
export function lookup(
  asList: boolean,
  args: readonly Value[],
  named: Readonly<Record<string, Value>>,
  scope: Scope,
): Value {
  const name = pythonText(argument(args, 0, 'lookup')).replace(/^ansible\.builtin\./, '')
  const one = own(lookups, name)
  if (!one) throw new UnknownWord(`lookup('${name}') is not understood`)
  const values = args.slice(1).map((term) => one(defined(term), scope, named))
  const isListed = ['dict', 'items', 'list'].includes(name)
  const all = isListed ? values.flatMap(itemsOf) : values
  if (asList || isListed || named.wantlist === true) return all
  return all.length === 1 ? (all[0] ?? null) : all.map(pythonText).join(',')
}

/** Ansible takes a variable that is not set for an empty text; nobody would be told. */
function environment(name: string): string {
  if (/^TEMPORAL_|VAULT/.test(name))
    throw new JinjaError(`lookup('env', '${name}') is not for files of a cloud`)
  const value = process.env[name]
  if (value !== undefined) return value
  throw new JinjaError(`${name} is not set in the environment of the worker`)
}

function fileBeside(path: string, scope: Scope): string {
  const files = scope(besideName)
  const text = files === undefined ? undefined : memberOf(files, path)
  if (typeof text === 'string') return text
  throw new JinjaError(
    `lookup('file') finds files below config/ alone, and in files below config/: not '${path}'`,
  )
}
