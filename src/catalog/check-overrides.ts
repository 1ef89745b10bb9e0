import type { Cloud, Host } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { mergeOverrides, overridePaths, overridesFor } from '../model/overrides/merge.js'
import { unusedOverrides } from '../model/overrides/unused.js'
import { hostScope } from '../model/variables.js'
import { services } from './index.js'
import { overridesIn } from './overridden.js'
import type { Service } from './service.js'

/** What is wrong with the files below `config/`: those that break (errors) and those that nobody reads (warnings). */
export function checkOverrides(cloud: Cloud): Finding[] {
  const enabled = services.filter((service) => service.enabled(cloud.globals))
  const broken = enabled.flatMap((service) =>
    hostsOf(cloud, service).flatMap((host) => brokenOverrides(cloud, service, host)),
  )
  const known = enabled.flatMap((service) => knownPaths(cloud, service))
  return [...unique(broken), ...unusedOverrides(cloud.overrides, known)]
}

function hostsOf(cloud: Cloud, service: Service): Host[] {
  const members = cloud.groups.get(service.group) ?? []
  return cloud.hosts.filter((host) => members.includes(host.name))
}

function brokenOverrides(cloud: Cloud, service: Service, host: Host): Finding[] {
  const scope = hostScope(cloud, host)
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
      : hostsOf(cloud, service).flatMap((host) => overridePaths({ ...target, host: host.name })),
  )
}

/** A file that is broken for one host is broken for all. */
function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]
}
