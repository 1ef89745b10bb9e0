import type { Value } from '../jinja/render.js'
import data from './kolla-ansible.json' with { type: 'json' }

type Defaults = Readonly<Record<string, Value>>

const todays = data.defaults as unknown as Defaults
const others = data.otherDefaults as unknown as Readonly<Record<string, Defaults>>
const ofRoles = data.roleDefaults as unknown as Readonly<Record<string, Defaults>>
const absent = new Map(
  Object.entries(data.otherAbsent).map(([release, names]) => [release, new Set(names)]),
)

/**
 * kolla-ansible's default of a variable, Jinja as it stands there; undefined where it has none. That of the newest release
 * that we know, unless the release is told. A few, such as `project_name`, are each role's own.
 */
export function kollaDefault(
  name: string,
  release: () => string | undefined,
  role?: string,
): Value | undefined {
  const own = role === undefined ? undefined : entry(ofRoles, role)
  const value = (own && entry(own, name)) ?? entry(todays, name)
  const differs = Object.values(others).some((one) => Object.hasOwn(one, name))
  const isMissing = [...absent.values()].some((names) => names.has(name))
  if (!differs && !isMissing) return value
  const wanted = release() ?? ''
  if (absent.get(wanted)?.has(name)) return undefined
  return entry(entry(others, wanted) ?? {}, name) ?? value
}

/** Whether somebody wrote out kolla-ansible's own default, of whatever release, where it is Jinja. */
export function isJinjaDefault(key: string, value: Value): boolean {
  if (typeof value !== 'string') return false
  const known = [todays, ...Object.values(others)].map((defaults) => entry(defaults, key))
  return known.some(
    (one) => typeof one === 'string' && one.includes('{') && bare(one) === bare(value),
  )
}

function bare(text: string): string {
  return text.replace(/\s/g, '').replaceAll('"', "'")
}

function entry<Entry>(table: Readonly<Record<string, Entry>>, name: string): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

let asking: ReadonlySet<string> | undefined

/** Whether Jinja asks for what is known only once the hosts were asked, by itself or through kolla-ansible's defaults. */
export function asksForFacts(text: string): boolean {
  asking ??= defaultsThatAsk()
  return asksItself(text) || wordsOf(text).some((word) => asking?.has(word))
}

function asksItself(text: string): boolean {
  return /kolla_address|api_interface_address|ansible_(?!host\b)/.test(text)
}

function defaultsThatAsk(): ReadonlySet<string> {
  const texts = [todays, ...Object.values(others)].flatMap((defaults) =>
    Object.entries(defaults).map(([name, value]) => [name, JSON.stringify(value)] as const),
  )
  const jinja = texts.filter(([, text]) => text.includes('{{') || text.includes('{%'))
  const found = new Set(jinja.filter(([, text]) => asksItself(text)).map(([name]) => name))
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const [name, text] of jinja) {
      if (wordsOf(text).some((word) => found.has(word))) found.add(name)
    }
  }
  return found
}

function wordsOf(text: string): string[] {
  return [...text.matchAll(/\{\{.*?\}\}|\{%.*?%\}/gs)].flatMap(
    ([jinja]) => jinja.match(/\w+/g) ?? [],
  )
}
