import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { connect } from '../../../src/client/index.js'
import type { KollaTemporal, OperationEvent } from '../../../src/client/index.js'
import { freePort, startTemporalServer } from '../../support/temporal-server.js'
import { startToyWorker } from './toy-worker.js'

it('goes on following when the server is back, and tells nothing twice', async () => {
  const { server, client } = await startToy()
  const { seen, following } = await followDeploy(client)
  await server.stop()
  await sleep(5000)
  await server.start()
  await following

  const of = (type: OperationEvent['type']) => seen.filter((event) => event.type === type).length
  expect(of('operationStarted')).toBe(1)
  expect(of('stepScheduled')).toBe(2)
  expect(of('stepCompleted')).toBe(2)
  expect(of('disconnected')).toBe(1)
  expect(seen.at(-1)?.type).toBe('operationCompleted')
})

it('stops following while the server is away, and leaves no request behind', async () => {
  const { server, client } = await startToy()
  const stop = new AbortController()
  const { seen, following } = await followDeploy(client, stop.signal)
  await server.stop()
  await expect.poll(() => seen.at(-1)?.type, { timeout: 10_000 }).toBe('disconnected')

  stop.abort()
  expect(await Promise.race([following.then(() => 'at once'), sleep(5000, 'late')])).toBe('at once')
  await client.close()
  // Long enough for the repetition of a request, which would throw where nobody catches it.
  await sleep(6000)
  await server.start()
})

/** A server with a worker of toy activities, ended with the test. */
async function startToy() {
  const folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
  const options = { port: await freePort(), dbFile: join(folder, 'temporal.db') }
  let running = await startTemporalServer(options)
  const worker = await startToyWorker(running.address)
  const client = await connect({ address: running.address })
  const server = {
    stop: () => running.stop(),
    start: async () => {
      running = await startTemporalServer(options)
    },
  }
  onTestFinished(async () => {
    await worker.stop()
    await client.close()
    await server.stop()
    await rm(folder, { recursive: true })
  })
  return { server, client }
}

/** Follows a new deploy, and returns when its two steps run. */
async function followDeploy(client: KollaTemporal, signal?: AbortSignal) {
  const handle = await client.start('deploy', { cloud: 'demo' })
  const seen: OperationEvent[] = []
  const following = (async () => {
    for await (const event of handle.events(signal)) seen.push(event)
  })()
  await expect.poll(() => seen.filter(({ type }) => type === 'stepScheduled').length).toBe(2)
  return { seen, following }
}
