import { readFileSync } from 'node:fs'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { Attempts } from '../../activities/attempts.js'
import { FileChecker } from '../../activities/checking.js'
import { createActivities } from '../../activities/index.js'
import { aroundActivities } from '../../activities/interceptor.js'
import { Secrets } from '../../activities/redact.js'
import { SshPool } from '../../src/ssh/pool.js'
import { endUnheard } from '../../workers/hearing.js'
import { limits } from '../../workers/limits.js'
import { TASK_QUEUE } from '../../workflows/operations.js'
import { real, simulated } from './steps.js'
import type { Taken } from './table.js'

/**
 * `worker-process.js STATE BUNDLE ADDRESS`: a worker as in production, in a process of its own. Says `ready` to its parent, and
 * answers every message with what it has taken so far.
 */
const [stateDirectory = '', codePath = '', address = ''] = process.argv.slice(2)
Runtime.install({ logger: new DefaultLogger('WARN') })
const secrets = new Secrets()
const checker = new FileChecker({
  code: new URL('../../activities/checking-process.js', import.meta.url),
})
const activities = createActivities({
  stateDirectory,
  secrets,
  ssh: new SshPool(),
  client: new Client({ connection: await Connection.connect({ address }) }),
  checkFiles: checker.check,
})
const asInProduction = Object.entries(activities).filter(([verb]) => real.includes(verb))
const connection = await NativeConnection.connect({ address })
const attempts = new Attempts()
endUnheard(connection, attempts)
const worker = await Worker.create({
  connection,
  taskQueue: TASK_QUEUE,
  workflowBundle: { codePath },
  activities: { ...Object.fromEntries(asInProduction), ...simulated },
  interceptors: { activity: [aroundActivities(secrets.redact, attempts)] },
  ...limits,
})
process.on('message', () => process.send?.(taken()))
process.send?.('ready')
await worker.run()

function taken(): Taken {
  const [, kib = ''] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  const { user, system } = process.cpuUsage()
  return { peakBytes: Number(kib) * 1024, cpuSeconds: (user + system) / 1e6 }
}
