import type { Finding } from '../model/finding.js'
import type { ObservedDatabase } from '../model/observed-host.js'
import { serves } from './galera.js'

/** A member of the Galera cluster by whose history its data are. */
export interface HistoryHolder extends Pick<ObservedDatabase, 'data' | 'cluster' | 'restored'> {
  readonly host: string
  /** Only where it is known, as is `serving`. */
  readonly synced?: boolean
  readonly serving?: boolean
}

/**
 * What must not join, nor be begun with. Galera counts transactions within one history, which has a UUID; a restore
 * begins a new one. A member that was away meanwhile counts on in the old one: its numbers mean nothing to the others,
 * though they may be higher. The cluster's history is the one that serves, else the one that was restored, else the one
 * that most members hold.
 */
export function checkHistories(members: readonly HistoryHolder[]): Finding[] {
  const halves = members.filter(({ data }) => data === 'moving')
  const holders = members.filter((member) => member.data === 'complete' && historyOf(member) !== '')
  return [...halves.map(cutShort), ...strangers(holders)]
}

/**
 * The same for a rollback that follows one which was ended when its backup was in place on a member: those that are down
 * give up what they hold, a half of it too, and copy that.
 */
export function checkHistoriesBesides(
  backup: string,
  members: readonly (HistoryHolder & { readonly running: boolean })[],
): Finding[] {
  const running = members.filter((member) => member.running)
  const isInPlace = running.some(({ restored }) => restored === backup)
  return checkHistories(isInPlace ? running : members)
}

function strangers(holders: readonly HistoryHolder[]): Finding[] {
  if (new Set(holders.map(historyOf)).size <= 1) return []
  const chosen = theCloudsOwn(holders)
  if (!chosen) {
    const message = `its database is of a history that has parted from another: ${describe(holders)}. Nothing tells which of them is the cloud's. Decide whose data may go`
    return holders.map(({ host }) => ({
      severity: 'error',
      host,
      message: `${message}, and ${way}`,
    }))
  }
  const own = holders.filter((holder) => historyOf(holder) === chosen.history)
  const others = holders.filter((holder) => !own.includes(holder))
  return others.map((other) => ({
    severity: 'error',
    host: other.host,
    message: `its database is of another history (${describe([other])}) than that of ${describe(own)}, which ${chosen.why}: it joins nothing and nothing begins with it. If its data may go, ${way}`,
  }))
}

const way =
  'have that member copy the others: `kolla-temporal mariadb-rejoin HOST --confirm`, which sets its data aside'

interface Chosen {
  readonly history: string
  readonly why: string
}

function theCloudsOwn(holders: readonly HistoryHolder[]): Chosen | undefined {
  const serving = histories(holders.filter(serves))
  if (serving.length > 1) return undefined
  if (serving[0] !== undefined) return { history: serving[0], why: 'serves' }
  const restored = histories(holders.filter((holder) => holder.restored !== ''))
  if (restored.length === 1 && restored[0] !== undefined) {
    return { history: restored[0], why: 'a restore has begun' }
  }
  const most = histories(holders).find(
    (history) => holders.filter((it) => historyOf(it) === history).length * 2 > holders.length,
  )
  return most === undefined ? undefined : { history: most, why: 'most members hold' }
}

function histories(holders: readonly HistoryHolder[]): string[] {
  return [...new Set(holders.map(historyOf))]
}

/** Restored data that no server has begun with have no UUID yet; nor have those that Galera does not trust. */
function historyOf({ cluster, restored }: HistoryHolder): string {
  if (cluster) return cluster
  return restored ? `the backup ${restored}, put in place` : ''
}

/** `2f6a1c52-… (kolla1, kolla3) and 91c0d4a7-… (kolla2)` */
function describe(holders: readonly HistoryHolder[]): string {
  return histories(holders)
    .map((history) => {
      const hosts = holders.filter((it) => historyOf(it) === history).map(({ host }) => host)
      return `${history} on ${hosts.join(', ')}`
    })
    .join(' and ')
}

function cutShort({ host }: HistoryHolder): Finding {
  const message =
    "its database was being replaced when that was ended, and lies partly in the volume mariadb_replaced: run the same mariadb-restore or rollback again, or, if another member serves, have it copy that one's data with `kolla-temporal mariadb-rejoin HOST --confirm`"
  return { severity: 'error', host, message }
}
