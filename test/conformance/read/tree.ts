import { parse } from 'yaml'
import type { Said } from './read.js'

/** Leaves of a JSON or YAML document by their path; what has a name in a list is found by it. */
export function readTree(text: string): Said {
  return new Map(leaves(parse(text), ''))
}

function leaves(value: unknown, path: string): [string, string][] {
  if (Array.isArray(value)) return listLeaves(value, path)
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    if (entries.length === 0) return [[path, '{}']]
    return entries.flatMap(([key, one]) => leaves(one, path === '' ? key : `${path}.${key}`))
  }
  const text = value === null ? '' : `${value as string | number | boolean}`
  return [[path, path === 'command' ? withSortedOptions(text) : text]]
}

/** The order of a program's options says nothing. */
function withSortedOptions(command: string): string {
  const [program = '', ...options] = command.split(/ (?=-)/)
  return [program, ...options.sort()].join(' ')
}

function listLeaves(list: readonly unknown[], path: string): [string, string][] {
  if (list.length === 0 || !list.every(isRecord)) return [[path, JSON.stringify(list)]]
  const taken = new Map<string, number>()
  return list.flatMap((one, index) => {
    const name = nameOf(one) ?? String(index)
    const times = taken.get(name) ?? 0
    taken.set(name, times + 1)
    const place = `${path}[${name}]${'+'.repeat(times)}`
    // One entry of config_files is one thing: what goes where, whose, how.
    return path === 'config_files' ? [[place, described(one)]] : leaves(one, place)
  })
}

function nameOf(one: Record<string, unknown>): string | undefined {
  const name = ['dest', 'path', 'name', 'user']
    .map((key) => one[key])
    .find((it) => it !== undefined)
  return typeof name === 'string' ? name : undefined
}

function described(one: Record<string, unknown>): string {
  return Object.keys(one)
    .filter((key) => key !== 'dest')
    .sort()
    .map((key) => `${key}=${String(one[key])}`)
    .join(' ')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
