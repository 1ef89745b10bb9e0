import type { Cloud, Host } from './cloud.js'
import { settings } from './globals.js'
import type { Place, Variable, Variables } from './inventory/parser.js'
import { hasJinja, JinjaError, Lookup, render } from './jinja/render.js'
import type { Scope, Value } from './jinja/render.js'
import { Undefined } from './jinja/values.js'
import { isJinjaDefault } from './kolla/jinja-defaults.js'
import { kollaDefaults } from './kolla/names.js'

/** A value that can't be had, with the place of the variable that is at fault; a default has none. */
export class VariableError extends Error {
  override name = 'VariableError'

  constructor(
    message: string,
    readonly place: Place | undefined,
  ) {
    super(message)
  }
}

const initials: ReadonlyMap<string, unknown> = new Map(
  Object.entries(settings).map(([key, { initial }]) => [key, initial]),
)

/**
 * Variables of one host, or of the cloud, with Ansible's precedence: the first layer that has a name wins, then
 * our defaults, then kolla-ansible's plain ones. Jinja is evaluated when a value is asked for, and once.
 */
export class Resolver {
  private readonly values = new Map<string, Value>()
  private readonly failures = new Map<string, unknown>()
  private readonly path: string[] = []
  /** Names that templates have asked for. */
  readonly used = new Set<string>()

  constructor(
    private readonly layers: readonly Variables[],
    private readonly context: Readonly<Record<string, Value>>,
  ) {}

  source(name: string): Variable | undefined {
    return this.layers.find((layer) => layer.has(name))?.get(name)
  }

  names(): string[] {
    return [...new Set(this.layers.flatMap((layer) => [...layer.keys()]))]
  }

  /** Undefined where nothing sets it. Throws `VariableError`. */
  get(name: string): Value | undefined {
    if (Object.hasOwn(this.context, name)) return this.context[name]
    if (this.values.has(name)) return this.values.get(name)
    if (this.failures.has(name)) throw this.failures.get(name)
    const source = this.source(name)
    const raw = source ? source.value : this.initial(name)
    if (raw === undefined) return undefined
    if (this.path.includes(name)) {
      const circle = [...this.path.slice(this.path.indexOf(name)), name].join(' > ')
      throw new VariableError(
        `'${name}' refers to itself: ${circle}: break the circle`,
        source?.place,
      )
    }
    this.path.push(name)
    try {
      return this.keep(name, this.deep(raw))
    } catch (error) {
      if (source && isJinjaDefault(name, raw)) return this.keep(name, this.default(name))
      const failure = this.blame(error, name, source)
      this.failures.set(name, failure)
      throw failure
    } finally {
      this.path.pop()
    }
  }

  private keep(name: string, value: Value | undefined): Value | undefined {
    if (value !== undefined) this.values.set(name, value)
    return value
  }

  private default(name: string): Value | undefined {
    const raw = this.initial(name)
    return raw === undefined ? undefined : this.deep(raw)
  }

  private readonly scope: Scope = (name) => {
    this.used.add(name)
    return this.get(name)
  }

  private initial(name: string): Value | undefined {
    if (initials.has(name)) return initials.get(name) as Value | undefined
    return Object.hasOwn(kollaDefaults, name) ? kollaDefaults[name] : undefined
  }

  private deep(value: Value): Value {
    if (typeof value === 'string') return hasJinja(value) ? render(value, this.scope) : value
    if (Array.isArray(value)) return value.map((item) => this.deep(item))
    if (typeof value !== 'object' || value === null || value instanceof Lookup) return value
    const entries = Object.entries(value as Record<string, Value>)
    return Object.fromEntries(entries.map(([key, item]) => [key, this.deep(item)]))
  }

  /** The innermost variable that somebody wrote is at fault. */
  private blame(error: unknown, name: string, source: Variable | undefined): unknown {
    if (error instanceof VariableError) {
      return error.place || !source ? error : new VariableError(error.message, source.place)
    }
    if (!(error instanceof JinjaError)) return error
    return new VariableError(
      `'${name}' can't be evaluated: ${error.message}: define it, or write the value itself`,
      source?.place,
    )
  }
}

/** What was found of a host, as variables; undefined while nobody has asked it. */
export type FoundVariables = (host: string) => Readonly<Record<string, Value>> | undefined

/**
 * The variables that Jinja in a host's overrides may use: its globals, the passwords, groups, other hosts, and what was
 * found of them.
 */
export function hostScope(cloud: Cloud, host: Host, found: FoundVariables = nothingFound): Scope {
  const own = hostVariables(cloud, host, found)
  return (name) => {
    if (name === 'hostvars') {
      return new Lookup(
        cloud.hosts.map((other) => other.name),
        (other) => {
          const known = cloud.hosts.find((candidate) => candidate.name === other)
          return known && lookup(hostVariables(cloud, known, found))
        },
      )
    }
    return own(name)
  }
}

const nothingFound: FoundVariables = () => undefined

function hostVariables(cloud: Cloud, host: Host, found: FoundVariables): Scope {
  const special: Readonly<Record<string, Value>> = {
    inventory_hostname: host.name,
    inventory_hostname_short: host.name.split('.')[0] ?? host.name,
    ansible_host: host.connection.address,
    groups: Object.fromEntries([...cloud.groups].map(([group, hosts]) => [group, [...hosts]])),
    group_names: [...cloud.groups].filter(([, hosts]) => hosts.includes(host.name)).map(([g]) => g),
  }
  const tables = [
    special,
    host.globals,
    found(host.name) ?? {},
    cloud.passwords,
    kollaDefaults,
  ] as Record<string, Value>[]
  return (name) => {
    const value = tables.find((table) => Object.hasOwn(table, name))?.[name]
    // What could not be evaluated before hosts were asked may be what was found of them.
    return value instanceof Undefined ? (found(host.name)?.[name] ?? value) : value
  }
}

const lookup = (scope: Scope) => new Lookup([], scope)
