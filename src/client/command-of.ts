import { quote } from '../ssh/quote.js'
import { kebab, verbOf } from './wording.js'

/** Fields of inputs that are arguments of the verb, in their order. */
const argumentsOf: Readonly<Record<string, readonly string[]>> = {
  buildImages: ['images'],
  pull: ['release'],
  removeOsd: ['osd'],
  wipeDisk: ['host', 'disk'],
  mariadbRestore: ['backup'],
  mariadbRejoin: ['host'],
  upgrade: ['release'],
  rollback: ['record'],
  drainCompute: ['host'],
  enableCompute: ['host'],
  removeCompute: ['host'],
}

/** Fields that the command line reads before the verb, by their options there. */
const common = new Map([
  ['cloud', 'cloud'],
  ['services', 'tags'],
  ['hosts', 'limit'],
])

/** What the verb has no option for. */
const unspoken: Readonly<Record<string, readonly string[]>> = {
  initRunonce: ['publicKey'],
  rollback: ['onFailure'],
}

/** The one option that is said to turn something off. */
const onUnlessSaid = 'ext-net'

/** The command that asks for the same again: `kolla-temporal --cloud demo upgrade 2026.1 --batch 50%`. */
export function commandOf(operation: string, input: unknown): string {
  const given: [string, unknown][] =
    typeof input === 'object' && input !== null ? Object.entries(input) : []
  const names = argumentsOf[operation] ?? []
  const others = [...common.keys(), ...names, ...(unspoken[operation] ?? [])]
  const own = given.filter(([name]) => !others.includes(name))
  return [
    'kolla-temporal',
    ...given.flatMap(([name, value]) => option(common.get(name), value, ',')),
    verbOf(operation),
    ...names.flatMap((name) => words(new Map(given).get(name))),
    ...own.flatMap(([name, value]) => option(kebab(name), value)),
  ].join(' ')
}

function option(name: string | undefined, value: unknown, separator = ' '): string[] {
  if (name === undefined || value === undefined) return []
  if (name === onUnlessSaid) return value === false ? [`--no-${name}`] : []
  if (typeof value === 'boolean') return value ? [`--${name}`] : []
  return [`--${name}`, words(value).join(separator)]
}

function words(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(words)
  return typeof value === 'string' || typeof value === 'number' ? [quote(String(value))] : []
}
