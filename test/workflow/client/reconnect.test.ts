import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { connect } from '../../../src/client/index.js'
import type { OperationEvent } from '../../../src/client/index.js'
import { freePort, startTemporalServer } from '../../support/temporal-server.js'
import { startToyWorker } from './toy-worker.js'

it('goes on following when the server is back, and tells nothing twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kolla-temporal-'))
  const options = { port: await freePort(), dbFile: join(folder, 'temporal.db') }
  let server = await startTemporalServer(options)
  const worker = await startToyWorker(server.address)
  const client = await connect({ address: server.address })
  onTestFinished(async () => {
    await worker.stop()
    await client.close()
    await server.stop()
    await rm(folder, { recursive: true })
  })
  const handle = await client.start('deploy', { cloud: 'demo' })

  const seen: OperationEvent[] = []
  const following = (async () => {
    for await (const event of handle.events()) seen.push(event)
  })()
  await expect.poll(() => seen.filter(({ type }) => type === 'stepScheduled').length).toBe(2)
  await server.stop()
  await sleep(5000)
  server = await startTemporalServer(options)
  await following

  const of = (type: OperationEvent['type']) => seen.filter((event) => event.type === type).length
  expect(of('operationStarted')).toBe(1)
  expect(of('stepScheduled')).toBe(2)
  expect(of('stepCompleted')).toBe(2)
  expect(of('disconnected')).toBe(1)
  expect(seen.at(-1)?.type).toBe('operationCompleted')
})
