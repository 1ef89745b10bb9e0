import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'

/**
 * The database must not be bootstrapped anew while a host that is no longer in the group `mariadb` holds it: a moved
 * group or a mistyped one would leave the cloud with an empty database.
 */
export function checkData(cloud: Cloud, observed: readonly ObservedHost[]): Finding[] {
  const { mariadb_datadir_volume: volume, enable_mariadb: enabled } = cloud.globals
  const members = cloud.groups.get('mariadb') ?? []
  const holders = observed.filter((host) => host.volumes.includes(volume))
  const others = holders.filter(({ facts }) => !members.includes(facts.name))
  if (!enabled || others.length === 0 || others.length < holders.length) return []
  const message = `holds the volume ${volume}, and no host of the group [mariadb] does: keep one of its old members in the group until the new ones have its data`
  return others.map(({ facts }) => ({ severity: 'error', host: facts.name, message }))
}
