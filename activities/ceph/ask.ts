import { setTimeout as sleep } from 'node:timers/promises'
import { execIn } from '../../src/docker/exec.js'
import { parseJson } from '../../src/model/json.js'
import { RemoteError, RemoteTimeout } from '../../src/ssh/errors.js'
import type { CloudContext } from '../cloud-context.js'
import { cancellation, report } from '../progress.js'

/** Seconds that a command waits for a quorum before it gives up. */
const CONNECT = 15

/**
 * Runs `ceph` as the administrator in the monitor's container of a host. What it prints may hold keys: callers keep
 * it from payloads and logs.
 *
 * @throws RemoteError when it fails
 */
export async function askCeph(
  cloud: CloudContext,
  host: string,
  args: readonly string[],
): Promise<string> {
  const command = ['ceph', '--connect-timeout', String(CONNECT), ...args]
  return runInMonitor(cloud, host, `ceph ${args.join(' ')}`, command)
}

/** @throws RemoteError when it fails */
async function runInMonitor(
  cloud: CloudContext,
  host: string,
  title: string,
  command: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await execIn(
    cloud.engine(host),
    'ceph_mon',
    command,
    cancellation(),
  )
  if (code === 0) return stdout
  throw new RemoteError(host, title, code, stderr.trim().split('\n').slice(-10))
}

/** As `askCeph`, of a command that answers in JSON. */
export async function askCephJson<T>(
  cloud: CloudContext,
  host: string,
  ...args: readonly string[]
): Promise<T> {
  const answer = await askCeph(cloud, host, [...args, '--format', 'json'])
  return parseJson(answer, `${host}: Ceph's answer`) as T
}

/** What `ceph` does for a question of the monitors, without learning all of its commands first: a third of its time. */
const askByLibrados = `
import json, rados, sys
patience = dict(client_mount_timeout='${CONNECT}', rados_mon_op_timeout='${CONNECT}')
question = json.dumps({'prefix': sys.argv[1], 'format': 'json'})
try:
    with rados.Rados(conffile='/etc/ceph/ceph.conf', conf=patience) as cluster:
        code, answer, why = cluster.mon_command(question, b'')
except rados.Error as error:
    sys.exit(str(error))
sys.stdout.write(answer.decode())
sys.exit(f'{why} ({code})' if code else 0)
`

/**
 * Asks the monitors what needs no argument, such as `osd dump`.
 *
 * @throws RemoteError when they don't answer
 */
export async function askMonitors<T>(
  cloud: CloudContext,
  host: string,
  question: 'status' | 'quorum_status' | 'mon dump' | 'osd dump',
): Promise<T> {
  const command = ['python3', '-c', askByLibrados, question]
  const answer = await runInMonitor(cloud, host, `ask Ceph for ${question}`, command)
  return parseJson(answer, `${host}: Ceph's answer`) as T
}

/**
 * Asks until nothing is missing any more. Asked from here and not on the host, unlike every other wait: the answers
 * are JSON, which a bare host can't read.
 *
 * @param missing what is still to come, in a few words; empty when it is there
 * @throws RemoteTimeout with what was missing last
 */
export async function awaitCeph(
  title: string,
  host: string,
  missing: () => Promise<string>,
  timeoutMs = 300_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  const { signal } = cancellation()
  for (;;) {
    const last = await missing().catch((error: unknown) => {
      if (error instanceof RemoteError) return [error.message, ...error.tail].join('; ')
      throw error
    })
    if (last === '') return
    if (Date.now() > deadline) throw new RemoteTimeout(host, title, timeoutMs, [last])
    await sleep(300, undefined, { signal })
  }
}

interface Patience {
  readonly title: string
  readonly timeoutMs?: number
  /** Why a refusal is not waited for, as it would never end; undefined where it may. */
  readonly vain?: () => Promise<string | undefined>
}

/** How `ceph` ends that has an answer, and it is no (EBUSY). */
const REFUSED = 16

/** Asks what Ceph answers with an error as long as it is not granted, and shows its reason meanwhile. */
export async function awaitGrant(
  cloud: CloudContext,
  host: string,
  question: readonly string[],
  { title, timeoutMs, vain }: Patience,
): Promise<void> {
  const ask = async () => {
    try {
      await askCeph(cloud, host, question)
      return ''
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error
      const reason = error.exitCode === REFUSED ? await vain?.() : undefined
      report(reason ?? `until ${title}: ${error.tail.at(-1) ?? ''}`)
      if (reason !== undefined) return ''
      throw error
    }
  }
  report(`until ${title}`)
  await awaitCeph(title, host, ask, timeoutMs)
}
