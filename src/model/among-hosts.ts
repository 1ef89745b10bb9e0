import type { Cloud } from './cloud.js'

/** The cloud without hosts that are not named: they are nobody's members any more. */
export function amongHosts(cloud: Cloud, names: readonly string[]): Cloud {
  const left = (hosts: readonly string[]) => hosts.filter((host) => names.includes(host))
  return {
    ...cloud,
    hosts: cloud.hosts.filter((host) => names.includes(host.name)),
    groups: new Map([...cloud.groups].map(([group, hosts]) => [group, left(hosts)])),
  }
}
