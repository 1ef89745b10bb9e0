import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import type { ObservedDatabase, ObservedHost } from '../model/observed-host.js'
import { label } from './desired.js'
import { checkHistories } from './galera-histories.js'
import type { ReleaseSummary } from './release-record.js'

/** What keeps a deploy from the database: two histories of it, or one that is gone and would be made anew, empty. */
export function checkData(
  cloud: Cloud,
  observed: readonly ObservedHost[],
  records: readonly ReleaseSummary[],
): Finding[] {
  if (!cloud.globals.enable_mariadb) return []
  const group = cloud.groups.get('mariadb') ?? []
  const members = observed.filter(({ facts }) => group.includes(facts.name))
  return [
    ...checkHistories(
      members.flatMap(({ facts, database, containers }) => {
        const runs = containers.some((it) => it.name === 'mariadb' && it.state === 'running')
        // One that runs and knows a view serves, as far as a look from outside can tell.
        return database ? [{ host: facts.name, ...database, synced: runs && database.view }] : []
      }),
    ),
    ...(members.some(({ database }) => holds(database))
      ? []
      : checkTraces(cloud, observed, records)),
  ]
}

/**
 * An empty database is made once in a cloud's life. Where no member of the group `mariadb` holds one, whatever shows that
 * there was one is a reason to stop: a group that was moved or mistyped, a restore that was cut short, lost disks.
 */
function checkTraces(
  { globals, groups }: Cloud,
  observed: readonly ObservedHost[],
  records: readonly ReleaseSummary[],
): Finding[] {
  const group = groups.get('mariadb') ?? []
  const found = observed.flatMap(({ facts, database, containers }): Finding[] => {
    const elsewhere = holds(database) && !group.includes(facts.name)
    const others = [...(database ? tracesOf(database) : []), ...containersOf(containers)]
    if (!elsewhere && others.length === 0) return []
    const moved = `holds the volume ${globals.mariadb_datadir_volume}, and no host of the group [mariadb] does: keep one of its old members in the group until the new ones have its data`
    const message = elsewhere ? moved : refusal(others.join(' and '))
    return [{ severity: 'error', host: facts.name, message }]
  })
  const recorded = records.flatMap(({ id, backup }): Finding[] => {
    if (!backup) return []
    const trace = `the release record ${id} names a backup of the database (${backup.id} on ${backup.host})`
    return [{ severity: 'error', message: refusal(trace) }]
  })
  return [...found, ...recorded]
}

/** As `checkData`, by the members' volumes alone. */
export function checkNoTraces(members: readonly (Kept & { readonly host: string })[]): Finding[] {
  return members.flatMap((member): Finding[] => {
    const traces = tracesOf(member)
    if (traces.length === 0) return []
    return [{ severity: 'error', host: member.host, message: refusal(traces.join(' and ')) }]
  })
}

/** What a host's volumes tell of a database that was. */
function tracesOf({ setAside, backups, prepared }: Kept): string[] {
  return [
    ...(setAside.length > 0
      ? [`the volume mariadb_replaced holds a database that was set aside (${setAside.join(', ')})`]
      : []),
    ...(backups.length > 0
      ? [`the volume mariadb_backup holds backups of one (${backups.join(', ')})`]
      : []),
    ...(prepared === '' ? [] : [`the volume mariadb_prepared holds one (${prepared})`]),
  ]
}

type Kept = Pick<ObservedDatabase, 'setAside' | 'backups' | 'prepared'>

function refusal(trace: string): string {
  return `${trace}, so this cloud has had a database, and no host of the group [mariadb] holds it now: no empty one is made in its place. Put it back with \`kolla-temporal mariadb-restore\`, or from what was set aside, as docs/operations.md says ("The database is gone"), which also says how a cloud begins anew with an empty one`
}

/** These are made when there is a database, and not before. */
const madeLater = ['mariadb', 'keystone']

function containersOf(containers: ObservedHost['containers']): string[] {
  const names = containers
    .filter(({ labels }) => madeLater.includes(labels[label.service] ?? ''))
    .map(({ name }) => name)
  return names.length > 0 ? [`its containers ${names.join(', ')} worked with one`] : []
}

function holds(database: ObservedDatabase | undefined): boolean {
  return database?.data === 'complete' || database?.data === 'moving'
}
