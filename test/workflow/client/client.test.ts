import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../../src/client/index.js'
import type { KollaTemporal, OperationEvent, OperationHandle } from '../../../src/client/index.js'
import {
  BadInput,
  CloudBusy,
  NoServer,
  StepFailed,
  formatExplanation,
} from '../../../src/client/index.js'
import { freePort, startTemporalServer } from '../../support/temporal-server.js'
import type { TestServer } from '../../support/temporal-server.js'
import { startToyWorker } from './toy-worker.js'

let server: TestServer
let worker: { stop(): Promise<void> }
let client: KollaTemporal

beforeAll(async () => {
  server = await startTemporalServer()
  client = await connect({ address: server.address })
})

afterAll(async () => {
  await worker.stop()
  await client.close()
  await server.stop()
})

const events = async (handle: OperationHandle) => {
  const seen: OperationEvent[] = []
  for await (const event of handle.events()) seen.push(event)
  return seen
}
const types = (seen: OperationEvent[]) => seen.map(({ type }) => type)
const find = <T extends OperationEvent['type']>(seen: OperationEvent[], type: T) =>
  seen.filter((event): event is Extract<OperationEvent, { type: T }> => event.type === type)

describe('without a worker', () => {
  it('says so, and a run that nobody takes says so too', async () => {
    await expect(client.requireWorker()).rejects.toThrow(
      'no worker polls task queue kolla-temporal',
    )
    const handle = await client.start('plan', { cloud: 'demo' }, { workflowId: 'early' })
    const following = handle.events()
    expect((await following.next()).value).toMatchObject({ type: 'operationStarted' })
    expect((await following.next()).value).toMatchObject({ type: 'waitingForWorker' })

    worker = await startToyWorker(server.address)
    const rest: OperationEvent[] = []
    for await (const event of following) rest.push(event)
    expect(types(rest)).toEqual(['stepScheduled', 'stepCompleted', 'operationCompleted'])
    await client.requireWorker()
  })
})

describe('an operation that goes well', () => {
  it('tells steps, progress, details and the result', async () => {
    const handle = await client.start('deploy', { cloud: 'demo' })
    expect(handle.workflowId).toMatch(/^demo-deploy-\d{8}T\d{6}Z$/)
    const seen = await events(handle)
    expect(seen[0]).toMatchObject({ operation: 'deploy', input: { cloud: 'demo' } })
    expect(
      find(seen, 'stepCompleted')
        .map(({ step }) => `${step.verb} ${step.summary}`)
        .sort(),
    ).toEqual(['startMariadb kolla1', 'startMariadb kolla2'])
    expect(
      find(seen, 'stepProgress')
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['kolla1 waits for Synced', 'kolla2 waits for Synced'])
    expect(find(seen, 'details')[0]?.text).toBe('- ⏳ MariaDB')
    expect(seen.at(-1)).toMatchObject({ result: { summary: 'demo is deployed' } })
    expect(await handle.result()).toEqual({
      changes: [],
      warnings: [],
      summary: 'demo is deployed',
    })
  })

  it('tells the same again to who comes late', async () => {
    const handle = await client.start('plan', { cloud: 'demo' }, { workflowId: 'late' })
    await handle.result()
    expect(types(await events(handle))).toEqual([
      'operationStarted',
      'stepScheduled',
      'stepCompleted',
      'operationCompleted',
    ])
  })

  it('tells attempts that failed', async () => {
    const seen = await events(await client.start('pull', { cloud: 'demo' }))
    expect(find(seen, 'stepRetrying').map(({ attempt, message }) => [attempt, message])).toEqual([
      [2, 'kolla3: no route (1)'],
      [3, 'kolla3: no route (2)'],
    ])
    expect(find(seen, 'stepCompleted')[0]?.attempts).toBe(3)
  })
})

describe('an operation that fails', () => {
  it('gives findings, the holder of the cloud, the failed step', async () => {
    const prechecks = await client.start('prechecks', { cloud: 'demo' })
    const bad = await prechecks.result().catch((error: unknown) => error as BadInput)
    expect(bad).toBeInstanceOf(BadInput)
    expect(bad).toMatchObject({ findings: [{ file: 'multinode', line: 3 }, { host: 'kolla2' }] })

    const postDeploy = await client.start('postDeploy', { cloud: 'demo' })
    const busy = await postDeploy.result().catch((error: unknown) => error)
    expect(busy).toBeInstanceOf(CloudBusy)
    expect(busy).toMatchObject({ workflowId: 'demo-deploy-1' })

    const reconfigure = await client.start('reconfigure', { cloud: 'demo' })
    const seen = await events(reconfigure)
    const last = find(seen, 'operationFailed')[0]?.error
    expect(last).toBeInstanceOf(StepFailed)
    expect(last).toMatchObject({ failure: { host: 'kolla2', exitCode: 137 } })
  })

  it('is explained', async () => {
    const handle = await client.start('reconfigure', { cloud: 'demo' }, { workflowId: 'broken' })
    await handle.result().catch(() => undefined)
    const explanation = await client.explain('broken')
    expect(explanation.failedStep?.step).toMatchObject({ verb: 'breakDown', summary: 'kolla2' })
    const text = formatExplanation(explanation)
    expect(text).toContain('Step breakDown kolla2 failed after')
    expect(text).toContain('command:   docker start keystone')
    expect(text).toContain('exit code: 137')
    expect(text).toContain('out of memory')
    expect(text).toContain('give kolla2 more memory')
    expect(text).toContain('`kolla-temporal --cloud demo reconfigure`')
  })

  it('refuses an input before anything starts', async () => {
    const input = { cloud: 'demo', services: 'keystone' } as unknown as { cloud: string }
    await expect(client.start('deploy', input)).rejects.toThrow('`services`')
  })

  it('is unknown when it never was', async () => {
    await expect(client.get('nobody').events().next()).rejects.toThrow(
      'no operation nobody is known',
    )
    await expect(client.explain('nobody')).rejects.toThrow('no operation nobody is known')
    await expect(client.get('nobody').describe()).rejects.toThrow('no operation nobody is known')
  })
})

describe('an operation that runs', () => {
  it('can be left, taken up, and cancelled', async () => {
    const handle = await client.start('check', { cloud: 'demo' }, { workflowId: 'long' })
    const left = new AbortController()
    for await (const event of handle.events(left.signal)) {
      expect(event.type).toBe('operationStarted')
      left.abort()
    }
    await expect(
      client.start('check', { cloud: 'demo' }, { workflowId: 'long' }),
    ).rejects.toBeInstanceOf(CloudBusy)
    expect((await handle.describe()).status).toBe('running')
    const running = async () => (await client.running('demo')).map(({ workflowId }) => workflowId)
    await expect.poll(running).toEqual(['long'])
    await handle.cancel()
    expect((await events(handle)).at(-1)).toMatchObject({ error: { name: 'OperationCancelled' } })
    expect((await handle.describe()).status).toBe('cancelled')
  })

  it('is in the history of its cloud, latest first', async () => {
    const other = await client.start('plan', { cloud: 'other' }, { workflowId: 'elsewhere' })
    await other.result()
    await expect
      .poll(async () => (await client.history('other')).map((o) => o.status))
      .toEqual(['completed'])
    const demo = await client.history('demo')
    expect(demo.map(({ workflowId }) => workflowId)).toContain('broken')
    expect(demo.map(({ workflowId }) => workflowId)).not.toContain('elsewhere')
    expect((await client.history('demo', 2)).length).toBe(2)
    expect((await client.history())[0]?.workflowId).toBe('elsewhere')
  })
})

it('names the command that starts a server when there is none', async () => {
  const attempt = connect({ address: `127.0.0.1:${await freePort()}` })
  await expect(attempt).rejects.toBeInstanceOf(NoServer)
  await expect(attempt).rejects.toThrow('kolla-temporal server start')
})
