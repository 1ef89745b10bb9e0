import type { Cloud, Host } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { mergeOverrides, overridePaths, overridesFor } from '../model/overrides/merge.js'
import { unusedOverrides } from '../model/overrides/unused.js'
import type { Scope } from '../model/jinja/render.js'
import type { HostFacts } from '../model/observed-host.js'
import { hostScope } from '../model/variables.js'
import { asksForFacts, foundBy } from './found.js'
import { hostViews } from './host-view.js'
import { services } from './index.js'
import { overridesIn } from './overridden.js'
import { membersOf } from './render.js'
import type { Service } from './service.js'

/**
 * What is wrong with the files below `config/`: those that break (errors) and those that nobody reads (warnings). Files
 * that need what is found on hosts are left to `checkFoundOverrides`.
 */
export function checkOverrides(cloud: Cloud): Finding[] {
  const decided = { ...cloud, overrides: cloud.overrides.filter((one) => !asksForFacts(one.text)) }
  const known = enabledServices(cloud).flatMap((service) => knownPaths(cloud, service))
  return [
    ...broken(decided, (host) => hostScope(cloud, host)),
    ...unusedOverrides(cloud.overrides, known),
  ]
}

/** What breaks now that the hosts were asked. */
export function checkFoundOverrides(cloud: Cloud, facts: readonly HostFacts[]): Finding[] {
  const found = foundBy(hostViews(cloud, facts))
  return broken(cloud, (host) => hostScope(cloud, host, found))
}

function broken(cloud: Cloud, scopeOf: (host: Host) => Scope): Finding[] {
  const findings = enabledServices(cloud).flatMap((service) =>
    hostsOf(cloud, service).flatMap((host) => brokenOverrides(cloud, service, host, scopeOf(host))),
  )
  return unique(findings)
}

function enabledServices(cloud: Cloud): Service[] {
  return services.filter((service) => service.enabled(cloud.globals))
}

function hostsOf(cloud: Cloud, service: Service): Host[] {
  const members = membersOf(cloud, service)
  return cloud.hosts.filter((host) => members.includes(host.name))
}

function brokenOverrides(cloud: Cloud, service: Service, host: Host, scope: Scope): Finding[] {
  return service.overrides.flatMap((target) => {
    if ('folder' in target) {
      return mergeOverrides('whole', '', overridesIn(cloud.overrides, target), scope).findings
    }
    const overrides = overridesFor(cloud.overrides, { ...target, host: host.name })
    const base = target.kind === 'json' || target.kind === 'yaml' ? '{}' : ''
    return mergeOverrides(target.kind, base, overrides, scope).findings
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
