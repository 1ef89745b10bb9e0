import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { UI_OFFSET } from '../../src/local/server.js'
import { temporalBinary } from '../../src/local/temporal-binary.js'

export interface TestServer {
  /** `127.0.0.1:PORT` */
  readonly address: string
  stop(): Promise<void>
}

/** A Temporal server of the test's own on free loopback ports; with `dbFile` its data outlives it. */
export async function startTemporalServer(
  options: { readonly port?: number; readonly dbFile?: string } = {},
): Promise<TestServer> {
  const port = options.port ?? (await freePort())
  const address = `127.0.0.1:${port}`
  const db = options.dbFile === undefined ? [] : ['--db-filename', options.dbFile]
  const where = ['--ip', '127.0.0.1', '--port', String(port), '--headless', '--log-level', 'error']
  const command = await temporalBinary(console.error)
  const server = spawn(command, ['server', 'start-dev', ...where, ...db], { stdio: 'ignore' })
  await untilHealthy(address)
  return {
    address,
    async stop() {
      const exited = once(server, 'exit')
      server.kill('SIGTERM')
      await exited
    },
  }
}

/**
 * A TCP port of the loopback address that nobody listens on, and none on that of a server's Web UI beside it. Below those
 * that the kernel hands out by itself, of which Temporal's own services take some before it listens here.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000)
    if ((await isFree(port)) && (await isFree(port + UI_OFFSET))) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch {
    return false
  }
  probe.close()
  await once(probe, 'close')
  return true
}

async function untilHealthy(address: string): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '1 second' })
      await connection.workflowService.describeNamespace({ namespace: 'default' })
      await connection.close()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(100)
    }
  }
}
