import { Client } from '@temporalio/client'
import type { DataConverter } from '@temporalio/common'
import { TASK_QUEUE } from '../../workflows/operations.js'
import { openConnection, resolveServer } from './connection.js'
import type { ServerChoice } from './connection.js'
import { Decoder } from './decoder.js'
import { KollaTemporal } from './kolla-temporal.js'

export interface ConnectOptions extends ServerChoice {
  /** By default `kolla-temporal`. */
  readonly taskQueue?: string
  /** The one that the workers use, where it isn't Temporal's default. */
  readonly dataConverter?: DataConverter
}

/**
 * Connects to a Temporal server. Close the connection when done, or the process lives on.
 *
 * @throws NoServer, BadInput for a profile that does not exist
 */
export async function connect(options: ConnectOptions = {}): Promise<KollaTemporal> {
  const { dataConverter, taskQueue = TASK_QUEUE } = options
  const server = resolveServer(options)
  const connection = await openConnection(server)
  const client = new Client({
    connection,
    namespace: server.namespace,
    ...(dataConverter && { dataConverter }),
  })
  return new KollaTemporal(client, connection, new Decoder(dataConverter), taskQueue)
}
