import { fileURLToPath } from 'node:url'
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  makeTelemetryFilterString,
} from '@temporalio/worker'
import { TASK_QUEUE } from '../../../workflows/operations.js'
import { toyActivities } from './toy-activities.js'

/** A worker of the toy operations; stop it before the server goes. */
export async function startToyWorker(address: string): Promise<{ stop(): Promise<void> }> {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  })
  const connection = await NativeConnection.connect({ address })
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('./toy-operations.ts', import.meta.url)),
    activities: toyActivities,
  })
  const running = worker.run()
  return {
    async stop() {
      worker.shutdown()
      await running
      await connection.close()
    },
  }
}
