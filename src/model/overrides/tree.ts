import { parseDocument, stringify } from 'yaml'
import { expansionFault } from '../yaml-expansion.js'
import { yamlFault } from '../yaml-error.js'
import type { IniError } from './ini.js'

type Tree = Readonly<Record<string, unknown>>

/** Mappings are merged key by key; everything else, lists too, is replaced. */
export function mergeTrees(base: unknown, over: unknown): unknown {
  if (!isTree(base) || !isTree(over)) return over
  const merged = Object.entries(over).map(([key, value]) => [
    key,
    Object.hasOwn(base, key) ? mergeTrees(base[key], value) : value,
  ])
  return { ...base, ...Object.fromEntries(merged) }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param uniqueKeys whether a key may stand only once in a mapping; else the last one counts, as for PyYAML */
export function parseTree(
  text: string,
  kind: 'json' | 'yaml',
  uniqueKeys = true,
): { value: unknown } | IniError {
  if (text.trim() === '') return { value: {} }
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys })
  const [error] = document.errors
  if (error)
    return {
      line: error.linePos?.[0].line ?? 1,
      message: `this is no ${kind.toUpperCase()}: ${yamlFault(error)}`,
    }
  const fault = expansionFault(document)
  if (fault) return { line: lineAt(text, fault.offset), message: fault.message }
  if (kind === 'yaml') return { value: document.toJS({ maxAliasCount: -1 }) as unknown }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (cause) {
    // Its message quotes the text, which may hold passwords.
    const message = cause instanceof Error ? cause.message : ''
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
    return {
      line: lineAt(text, position),
      message: 'this is no JSON: a quote, comma or bracket is missing or too many',
    }
  }
}

const lineAt = (text: string, offset: number) => text.slice(0, offset).split('\n').length

export function printTree(value: unknown, kind: 'json' | 'yaml'): string {
  return kind === 'json' ? JSON.stringify(value, null, 2) + '\n' : stringify(value)
}
