import { readFile } from 'node:fs/promises'
import { Client, Connection } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { NativeConnection, Worker } from '@temporalio/worker'
import { Attempts } from '../activities/attempts.js'
import { FileChecker } from '../activities/checking.js'
import { createActivities } from '../activities/index.js'
import { aroundActivities } from '../activities/interceptor.js'
import type { Secrets } from '../activities/redact.js'
import { SshPool } from '../src/ssh/pool.js'
import { DEPLOYMENT, TASK_QUEUE } from '../workflows/operations.js'
import { buildIdFile, bundleFile } from './artifacts.js'
import { Deployment } from './deployment.js'
import type { Home } from './deployment.js'
import { endUnheard } from './hearing.js'
import { limits } from './limits.js'

/**
 * A worker of this build on the server that Temporal's environment or client profile names.
 *
 * @throws StrangersHere before it asks for any work
 */
export async function createWorker(stateDirectory: string, secrets: Secrets, home: Home) {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig()
  const connection = await NativeConnection.connect(connectionOptions)
  const client = new Client({
    connection: await Connection.connect(connectionOptions),
    namespace,
  })
  const buildId = await readFile(buildIdFile, 'utf8')
  const deployment = new Deployment(client, buildId)
  await deployment.checkHome(home.state)
  const ssh = new SshPool()
  const attempts = new Attempts()
  const checker = new FileChecker({
    code: new URL('../activities/checking-process.js', import.meta.url),
  })
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: bundleFile },
    activities: createActivities({
      stateDirectory,
      secrets,
      ssh,
      client,
      checkFiles: checker.check,
    }),
    interceptors: { activity: [aroundActivities(secrets.redact, attempts)] },
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: DEPLOYMENT, buildId },
      defaultVersioningBehavior: 'PINNED',
    },
    ...limits,
  })
  const stopListening = endUnheard(connection, attempts)
  return { worker, deployment, ssh, stopListening }
}
