import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, isNoAnswer } from '../src/host/openstack-api.js'
import type { OpenStackApi } from '../src/host/openstack-api.js'
import { isMoving } from '../src/plan/busy-machines.js'
import { wayOf } from '../src/plan/computes.js'
import type { Machine } from '../src/plan/computes.js'
import { cancellation, report } from './progress.js'

/** How long the end of a cold migration may take once it is confirmed, in milliseconds. */
const CONFIRMING = 300_000

/** How long a machine that something else is done with may show no change, in milliseconds. */
const STILL = 600_000

/** The same of one that was asked to go: while it copies disks cold, Nova tells nothing of it. */
const MOVING = 3_600_000

/** How long Nova may not answer while a machine is on its way, in milliseconds: that one moves on. */
const UNANSWERED = 300_000

/** As `GET /os-migrations` tells it. */
export interface Migration {
  readonly source_compute: string | null
  readonly dest_compute: string | null
  /** A resize is its owner's, a `migration` an administrator's: both end in VERIFY_RESIZE. */
  readonly migration_type?: 'migration' | 'resize' | 'live-migration' | 'evacuation'
  readonly status?: string
  readonly updated_at?: string | null
}

export async function lastMigration(api: OpenStackApi, id: string): Promise<Migration | undefined> {
  const query = new URLSearchParams({ instance_uuid: id }).toString()
  // Latest first.
  const { migrations } = await api.call<{ migrations: readonly Migration[] }>(
    'GET',
    'compute',
    `os-migrations?${query}`,
  )
  return migrations[0]
}

/** Brings a machine to another host, as it can be; undefined when it is there, or why it stayed. */
export async function migrate(
  api: OpenStackApi,
  host: string,
  id: string,
): Promise<string | undefined> {
  let asked: ReturnType<typeof wayOf>
  let deadline = Infinity
  let seen: string | undefined
  let progress: string | undefined
  let since = Date.now()
  let answered = Date.now()
  for (;;) {
    const found = await look(api, id, answered + UNANSWERED)
    if (found === 'no answer') continue
    answered = Date.now()
    if (!found) return undefined
    const { server } = found
    const { status, 'OS-EXT-STS:task_state': task, 'OS-EXT-SRV-ATTR:host': on } = server
    const isHere = on === host
    const way = wayOf(server, isHere)
    if (task === null && !isHere && status === 'ERROR') return brokenAway(server, host)
    if (task === null && way === 'confirm' && asked === undefined) {
      const last = await lastMigration(api, id)
      if (last?.migration_type !== 'migration') return resizedAway(on, host)
      // An attempt that was killed has confirmed it: Nova shows that nowhere else, and takes no second time.
      if (last.status === 'confirming') {
        asked = 'confirm'
        deadline = Date.now() + CONFIRMING
      }
    }
    if (task === null && way !== 'confirm') {
      if (!isHere) return undefined
      // It was asked to go, and rests where it was.
      if (asked !== undefined) return whyStayed(api, id)
      if (way === undefined) return `it is ${status}`
    }
    if (task === null && way !== undefined && way !== asked) {
      const refusal = await act(api, id, way)
      if (refusal !== undefined) return refusal
      asked = way
      if (way === 'confirm') deadline = Date.now() + CONFIRMING
    }
    if (Date.now() > deadline) return 'its migration was confirmed, and Nova does not end it'
    const shown = JSON.stringify([task, status, on])
    const silence = Date.now() - since
    // Another attempt may have asked it to go.
    const isGoing = asked !== undefined || isMoving(server)
    if (shown !== seen || silence > (isGoing ? MOVING : STILL)) {
      const told = await progressOf(api, id)
      if (shown === seen && told === progress) return standsStill(server, silence)
      seen = shown
      progress = told
      since = Date.now()
    }
    report(`${server.name}: ${task ?? status}`)
    await sleep(2000, undefined, cancellation())
  }
}

/** A machine; undefined where Nova has none. Until that moment (of `Date.now()`) Nova may fail to answer. */
async function look(
  api: OpenStackApi,
  id: string,
  until: number,
): Promise<{ server: Machine } | undefined | 'no answer'> {
  try {
    return await api.find<{ server: Machine }>('compute', `servers/${id}`)
  } catch (error) {
    if (!isNoAnswer(error) || Date.now() > until) throw error
    report('Nova does not answer')
    await sleep(2000, undefined, cancellation())
    return 'no answer'
  }
}

/**
 * What changes while a live migration goes on: its amounts are kept every few seconds. One that waits for others of its
 * host to go shows nothing, and the step's own time ends that.
 */
async function progressOf(api: OpenStackApi, id: string): Promise<string> {
  const last = await lastMigration(api, id)
  if (last?.status === 'queued') return `queued at ${Date.now()}`
  return JSON.stringify([last?.status, last?.updated_at])
}

function standsStill({ id, status, 'OS-EXT-STS:task_state': task }: Machine, silence: number) {
  return `Nova has been at ${task ?? status} for ${Math.floor(silence / 60_000)} min: look at the log of nova-compute, and where nothing goes on any more, \`openstack server set --state active ${id}\` (or \`--state error\`)`
}

/** Nova gives a machine to the target before it has begun there: what it needs may not have come along. */
function brokenAway({ 'OS-EXT-SRV-ATTR:host': on, fault }: Machine, host: string): string {
  const why = fault === undefined ? '' : `: ${fault.message}`
  return `it is ERROR on ${on ?? 'no host'}${why} (its disks may still be on ${host}: mend it there before ${host} goes)`
}

function resizedAway(on: string | null, host: string): string {
  return `a resize of it to ${on ?? 'another host'} waits for its owner to confirm or to revert it, and until then its disks are on ${host}, too`
}

const actions = {
  // Nova copies the disks where no other host sees them.
  live: { 'os-migrateLive': { host: null, block_migration: 'auto' } },
  cold: { migrate: null },
  confirm: { confirmResize: null },
}

/** Undefined, or why Nova won't. */
async function act(
  api: OpenStackApi,
  id: string,
  way: keyof typeof actions,
): Promise<string | undefined> {
  try {
    await api.call('POST', 'compute', `servers/${id}/action`, actions[way])
    return undefined
  } catch (error) {
    if (error instanceof ApiError && [400, 403, 409].includes(error.status)) return error.reason
    throw error
  }
}

/** What Nova noted of the last thing that was done with a machine. */
async function whyStayed(api: OpenStackApi, id: string): Promise<string> {
  const path = `servers/${id}/os-instance-actions`
  const { instanceActions: actions } = await api.call<{
    instanceActions: readonly { request_id: string }[]
  }>('GET', 'compute', path)
  const [last] = actions
  const detail = last && (await detailOf(api, `${path}/${last.request_id}`))
  return detail ?? 'Nova does not say why: look at the log of nova-compute on its host'
}

async function detailOf(api: OpenStackApi, path: string): Promise<string | undefined> {
  const { instanceAction } = await api.call<{
    instanceAction: { events?: readonly { result: string | null; details?: string | null }[] }
  }>('GET', 'compute', path)
  const failed = instanceAction.events?.find(({ result }) => result === 'Error')
  return failed?.details ?? undefined
}
