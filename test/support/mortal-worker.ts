import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ActivityNotFoundError, Client, Connection } from '@temporalio/client'
import type { WorkflowExecutionDescription } from '@temporalio/client'
import { PART } from '../../workflows/operations.js'
import type { OperationHandle } from '../../src/client/index.js'
import type { Installation } from './installation.js'

/** How long the worker runs between two looks at what it does, in milliseconds. */
const SLICE = 30

/** `PENDING_ACTIVITY_STATE_STARTED` */
const STARTED = 2

/**
 * Steps that are over before anybody can kill a worker in their middle: they read or write a file beside it, or find
 * that there is no Ceph.
 */
const tooQuick: readonly string[] = [
  'openCloud',
  'openRecord',
  'rememberFacts',
  'rememberTimes',
  'lockHolder',
  'inspectCeph',
]

/** Verbs of an operation's steps that a worker can be killed in the middle of; to be asked when it has ended. */
export async function verbsOf(operation: OperationHandle): Promise<string[]> {
  const verbs = new Set<string>()
  for await (const event of operation.events()) {
    if (event.type === 'stepScheduled') verbs.add(event.step.verb)
  }
  return [...verbs].filter((verb) => !tooQuick.includes(verb))
}

/** Where the middle of a step of an upgrade or a rollback is, in milliseconds; 0 for those that are not named. */
const middle: Readonly<Record<string, number>> = {
  backUpMariadb: 1000,
  proveBackup: 300,
  replaceLoadBalancer: 1200,
  replaceMariadb: 6000,
  replaceRabbitmq: 4000,
  migrateSchema: 1500,
  prepareSuccessors: 2000,
  bootstrapKeystone: 1000,
  restoreMariadb: 500,
  startContainers: 2000,
  startMariadb: 2000,
}

interface Running {
  /** The operation's own, or that of one of its parts; activities of each are numbered anew. */
  readonly workflowId: string
  readonly activityId: string
  readonly verb: string
  readonly since: number
}

/**
 * Follows an operation to its end and kills the worker (SIGKILL) once in every kind of step, or only in those of one
 * verb, in the middle of it. For that the worker is stopped again and again, and looked at: a step that runs then can't
 * come to its end before the kill.
 *
 * Returns the verbs in whose middle that happened, as the server says: it takes the news of a step's failure only while
 * that step runs. Those news are told at once, so that nobody waits until it has missed the worker's heartbeats.
 */
export async function killAtEveryStep(
  installation: Installation,
  workflowId: string,
  only?: string,
): Promise<Set<string>> {
  const connection = await Connection.connect({ address: installation.address })
  const client = new Client({ connection })
  const operation = client.workflow.getHandle(workflowId)
  const killed = new Set<string>()
  const missed = new Map<string, number>()
  const seen = new Set<string>()

  const look = async () => {
    const own = await operation.describe()
    const parts = (own.raw.pendingChildren ?? []).filter((it) => it.workflowTypeName === PART)
    const described = await Promise.all(
      parts.map((part) => client.workflow.getHandle(part.workflowId ?? '').describe()),
    )
    return { ended: own.status.name !== 'RUNNING', running: [own, ...described].flatMap(startedIn) }
  }

  const fails = ({ workflowId, activityId }: Running) =>
    client.activity.fail({ workflowId, activityId }, new Error('the worker was killed')).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ActivityNotFoundError) return false // it has ended just before
        throw error
      },
    )

  /** Less and less of its time, so that one which is quicker than was thought is met in the end. */
  const isDue = ({ workflowId, activityId, verb, since }: Running) => {
    if (killed.has(verb) || verb !== (only ?? verb)) return false
    const id = `${workflowId}/${activityId}`
    if (!seen.has(id)) {
      seen.add(id)
      missed.set(verb, (missed.get(verb) ?? 0) + 1)
    }
    const wanted = (middle[verb] ?? 0) / 2 ** ((missed.get(verb) ?? 1) - 1)
    return Date.now() - since >= wanted
  }

  try {
    let pid = await installation.workerPid()
    expectWorker(pid)
    for (;;) {
      process.kill(pid, 'SIGSTOP')
      const { ended, running } = await look()
      if (ended) {
        process.kill(pid, 'SIGCONT')
        return killed
      }
      if (!running.some(isDue)) {
        process.kill(pid, 'SIGCONT')
        await sleep(SLICE)
        continue
      }
      process.kill(pid, 'SIGKILL')
      for (const step of running) {
        if (await fails(step)) killed.add(step.verb)
      }
      await installation.run('server', 'start')
      pid = await installation.workerPid()
      expectWorker(pid)
    }
  } finally {
    await connection.close()
  }
}

/** Steps that a worker is at. */
function startedIn({ workflowId, raw }: WorkflowExecutionDescription): Running[] {
  const started = (raw.pendingActivities ?? []).filter(({ state }) => Number(state) === STARTED)
  return started.map(({ activityId, activityType, lastStartedTime }) => ({
    workflowId,
    activityId: activityId ?? '',
    verb: activityType?.name ?? '',
    since: milliseconds(lastStartedTime),
  }))
}

function milliseconds(time?: { seconds?: unknown; nanos?: number | null } | null): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6
}

function expectWorker(pid: number): void {
  const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  if (!program.includes('workers/main.js')) throw new Error(`${pid} is no worker: ${program}`)
}
