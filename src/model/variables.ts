import type { Cloud, Host } from './cloud.js'
import { settings } from './globals.js'
import type { Place, Variable, Variables } from './inventory/parser.js'
import { hasJinja, JinjaError, Lookup, render } from './jinja/render.js'
import type { Scope, Value } from './jinja/render.js'
import { isMapping, pythonText, Undefined } from './jinja/values.js'
import { asksForFacts, isJinjaDefault, kollaDefault } from './kolla/defaults.js'

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

/** A value that is known only once the hosts were asked. */
export class FactsNeeded extends VariableError {
  override name = 'FactsNeeded'
}

const initials: ReadonlyMap<string, unknown> = new Map(
  Object.entries(settings).map(([key, { initial }]) => [key, initial]),
)

/**
 * Variables of one host, or of the cloud, with Ansible's precedence: passwords.yml, the first layer that has a name, our
 * defaults, kolla-ansible's. Jinja is evaluated when a value is asked for, and once.
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
    /** Known to whoever asks for one by its name. */
    private readonly passwords: Variables = new Map(),
  ) {}

  source(name: string): Variable | undefined {
    return this.passwords.get(name) ?? this.layers.find((layer) => layer.has(name))?.get(name)
  }

  /** But those of passwords. */
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

  /** kolla-ansible's default of a variable that holds it as it stands, which can't be evaluated: ours, if we have one. */
  private default(name: string): Value | undefined {
    const raw = initials.get(name) as Value | undefined
    return raw === undefined ? undefined : this.deep(raw)
  }

  /** What kolla-ansible has where nobody sets it; undefined where that can't be told. */
  defaultOf(name: string): Value | undefined {
    const raw = kollaDefault(name, this.release)
    try {
      return raw === undefined ? undefined : this.deep(raw)
    } catch (error) {
      if (error instanceof VariableError || error instanceof JinjaError) return undefined
      throw error
    }
  }

  /** Whether the hosts have been asked already. */
  private get knowsFacts(): boolean {
    return Object.hasOwn(this.context, 'ansible_facts')
  }

  /** Whether somebody's own value of a setting waits for what hosts tell, and can't be what it will be before. */
  isWaitingForFacts(): boolean {
    if (this.knowsFacts) return false
    return [...initials.keys()].some((name) => {
      const source = this.source(name)
      return source && !isJinjaDefault(name, source.value) && this.asksForFacts(name)
    })
  }

  /** Whether it is known only once the hosts were asked, by itself or through variables that it names. */
  asksForFacts(name: string, seen: ReadonlySet<string> = new Set()): boolean {
    const source = this.source(name)
    if (!source || seen.has(name)) return false
    const text = JSON.stringify(source.value)
    const names = (text.match(/\w+/g) ?? []).filter((word) => this.source(word))
    return (
      asksForFacts(text) || names.some((one) => this.asksForFacts(one, new Set([...seen, name])))
    )
  }

  private readonly release = () => textOf(this.get('openstack_release'))

  private readonly scope: Scope = (name) => {
    this.used.add(name)
    return this.get(name)
  }

  private initial(name: string): Value | undefined {
    if (initials.has(name)) return initials.get(name) as Value | undefined
    return kollaDefault(name, this.release)
  }

  private deep(value: Value): Value {
    return rendered(value, this.scope)
  }

  /** The innermost variable that somebody wrote is at fault. */
  private blame(error: unknown, name: string, source: Variable | undefined): unknown {
    if (error instanceof VariableError) {
      if (error.place || !source) return error
      const Kind = error instanceof FactsNeeded ? FactsNeeded : VariableError
      return new Kind(error.message, source.place)
    }
    if (!(error instanceof JinjaError)) return error
    if (!this.knowsFacts && this.asksForFacts(name)) {
      return new FactsNeeded(
        `'${name}' asks for facts of hosts, which are not known here: write the value itself, in host_vars/ where it is not the same on all`,
        source?.place,
      )
    }
    return new VariableError(
      `'${name}' can't be evaluated: ${error.message}: ${error.wayOut}`,
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
export function hostScope(
  cloud: Cloud,
  host: Host,
  found: FoundVariables = nothingFound,
  role?: string,
): Scope {
  return hostVariables(cloud, host, found, role)
}

const nothingFound: FoundVariables = () => undefined

function hostVariables(cloud: Cloud, host: Host, found: FoundVariables, role?: string): Scope {
  const special: Readonly<Record<string, Value>> = {
    inventory_hostname: host.name,
    inventory_hostname_short: host.name.split('.')[0] ?? host.name,
    ansible_host: host.connection.address,
    // Few files ask for these, and they are as large as the cloud.
    get groups() {
      return Object.fromEntries([...cloud.groups].map(([group, hosts]) => [group, [...hosts]]))
    },
    get group_names() {
      return [...cloud.groups].filter(([, hosts]) => hosts.includes(host.name)).map(([g]) => g)
    },
  }
  const tables = [special, host.globals, found(host.name) ?? {}, cloud.passwords] as Record<
    string,
    Value
  >[]
  const path: string[] = []
  const evaluated = (name: string, raw: Value): Value => {
    if (path.includes(name)) throw new JinjaError(`'${name}' refers to itself`)
    path.push(name)
    try {
      return rendered(raw, all)
    } finally {
      path.pop()
    }
  }
  const all: Scope = (name) => {
    if (name === 'hostvars') return hostvars(cloud, found)
    const table = tables.find((one) => Object.hasOwn(one, name))
    if (!table) {
      const raw = kollaDefault(name, () => host.globals.openstack_release, role)
      return raw === undefined ? undefined : evaluated(name, raw)
    }
    const value = table[name]
    if (!(value instanceof Undefined)) return value
    // What could not be evaluated before hosts were asked may be what was found of them.
    const known = found(host.name)
    if (known && value.raw !== undefined) return evaluated(name, value.raw)
    return known?.[name] ?? value
  }
  return all
}

function hostvars(cloud: Cloud, found: FoundVariables): Lookup {
  return new Lookup(
    cloud.hosts.map(({ name }) => name),
    (name) => {
      const host = cloud.hosts.find((candidate) => candidate.name === name)
      return host && new Lookup([], hostVariables(cloud, host, found))
    },
  )
}

/** The value with all Jinja in it evaluated, at whatever depth. */
function rendered(value: Value, scope: Scope): Value {
  if (typeof value === 'string') return hasJinja(value) ? render(value, scope) : value
  if (Array.isArray(value)) return value.map((item) => rendered(item, scope))
  if (!isMapping(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, rendered(item, scope)]),
  )
}

function textOf(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : pythonText(value)
}
