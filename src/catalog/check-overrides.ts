import type { Cloud, Host, Override } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { mergeOverrides, overridePaths, overridesFor } from '../model/overrides/merge.js'
import { unusedOverrides } from '../model/overrides/unused.js'
import { includedPaths } from '../model/jinja/include.js'
import type { Scope } from '../model/jinja/render.js'
import { Undefined } from '../model/jinja/values.js'
import type { HostFacts } from '../model/observed-host.js'
import { asksForFacts } from '../model/kolla/defaults.js'
import { hostScope } from '../model/variables.js'
import { foundBy } from './found.js'
import { frontendsOf } from './haproxy-frontend.js'
import { hostViews } from './host-view.js'
import { services } from './index.js'
import { overridesIn, roleOf } from './overridden.js'
import { membersOf } from './render.js'
import type { Service } from './service.js'

/**
 * What is wrong with the files below `config/`: those that break (errors) and those that nobody reads (warnings). Files
 * that need what is found on hosts are left to `checkFoundOverrides`.
 */
export function checkOverrides(cloud: Cloud): Finding[] {
  const asking = cloud.overrides.filter(
    ({ text }) => asksForFacts(text) || namesUnknown(cloud, text),
  )
  const undecided = new Set(asking.map(({ path }) => path))
  // What includes a file that asks does so, too.
  for (let before = -1; before !== undecided.size;) {
    before = undecided.size
    for (const { path, text } of cloud.overrides) {
      if (includedPaths(path, text).some((one) => undecided.has(one))) undecided.add(path)
    }
  }
  const decided = (one: Override) => !undecided.has(one.path)
  const read = enabledServices(cloud).flatMap((service) => knownPaths(cloud, service))
  const known = [...read, ...cloud.overrides.flatMap(({ path, text }) => includedPaths(path, text))]
  return [
    ...broken(cloud, (host, role) => hostScope(cloud, host, undefined, role), decided),
    ...takenFrontends(cloud),
    ...unusedOverrides(cloud.overrides, known),
  ]
}

/** What breaks now that the hosts were asked. */
export function checkFoundOverrides(cloud: Cloud, facts: readonly HostFacts[]): Finding[] {
  const found = foundBy(hostViews(cloud, facts))
  return broken(cloud, (host, role) => hostScope(cloud, host, found, role))
}

/** A variable whose value is known once the hosts were asked. */
function namesUnknown({ hosts }: Cloud, text: string): boolean {
  const words = text.match(/\w+/g) ?? []
  return hosts.some(({ globals }) =>
    words.some((word) => {
      const value = (globals as Readonly<Record<string, unknown>>)[word]
      return value instanceof Undefined && value.raw !== undefined
    }),
  )
}

type ScopeOf = (host: Host, service: string) => Scope
type Choice = (override: Override) => boolean

function broken(cloud: Cloud, scopeOf: ScopeOf, isAsked: Choice = () => true): Finding[] {
  const findings = enabledServices(cloud).flatMap((service) =>
    hostsOf(cloud, service).flatMap((host) =>
      brokenOverrides(cloud, service, (name) => scopeOf(host, name), host, isAsked),
    ),
  )
  return unique(findings)
}

/** kolla-ansible would overwrite the operator's file by its own of that name, without a word. */
function takenFrontends(cloud: Cloud): Finding[] {
  const taken = cloud.globals.enable_haproxy
    ? frontendsOf(cloud, services).map(({ name }) => `haproxy/services.d/${name}.cfg`)
    : []
  return cloud.overrides
    .filter(({ path }) => taken.includes(path))
    .map(({ path }) => ({
      severity: 'error',
      message: 'HAProxy has a file of ours of that name: give this one another name',
      file: `config/${path}`,
    }))
}

function enabledServices(cloud: Cloud): Service[] {
  return services.filter((service) => service.enabled(cloud.globals))
}

function hostsOf(cloud: Cloud, service: Service): Host[] {
  const members = membersOf(cloud, service)
  return cloud.hosts.filter((host) => members.includes(host.name))
}

function brokenOverrides(
  cloud: Cloud,
  service: Service,
  scopeOf: (role: string) => Scope,
  host: Host,
  isAsked: Choice,
): Finding[] {
  const all = cloud.overrides
  return service.overrides.flatMap((target) => {
    if ('folder' in target) {
      const scope = scopeOf(roleOf({ paths: [target.folder] }))
      return mergeOverrides('whole', '', overridesIn(all, target).filter(isAsked), scope, all)
        .findings
    }
    const overrides = overridesFor(all, { ...target, host: host.name }).filter(isAsked)
    const base = target.kind === 'json' || target.kind === 'yaml' ? '{}' : ''
    return mergeOverrides(target.kind, base, overrides, scopeOf(roleOf(target)), all).findings
  })
}

function knownPaths(cloud: Cloud, service: Service): string[] {
  return service.overrides.flatMap((target) =>
    'folder' in target
      ? overridesIn(cloud.overrides, target).map((override) => override.path)
      : hostsOf(cloud, service).flatMap((host) => overridePaths(target.paths, host.name)),
  )
}

/** A file that is broken for one host is broken for all. */
function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]
}
