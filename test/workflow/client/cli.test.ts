import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { exitCode, report } from '../../../src/cli/exit.js'
import { createProgram } from '../../../src/cli/program.js'
import { freePort, startTemporalServer } from '../../support/temporal-server.js'
import type { TestServer } from '../../support/temporal-server.js'
import { startToyWorker } from './toy-worker.js'

let server: TestServer
let worker: { stop(): Promise<void> }
let printed = ''

beforeAll(async () => {
  server = await startTemporalServer()
  worker = await startToyWorker(server.address)
})
afterAll(async () => {
  await worker.stop()
  await server.stop()
})
beforeEach(() => {
  printed = ''
  const print = (text: unknown) => void (printed += `${String(text)}\n`)
  vi.spyOn(console, 'log').mockImplementation(print)
  vi.spyOn(console, 'error').mockImplementation(print)
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

/** Runs a command line on the toy operations and gives its exit code. */
async function run(...words: string[]): Promise<number> {
  const program = createProgram('0.0.0')
  try {
    await program.parseAsync(['--address', server.address, ...words], { from: 'user' })
    return 0
  } catch (error) {
    report(error, words.includes('--json'))
    return exitCode(error)
  }
}

describe('verbs', () => {
  it('end with 0 and the result', async () => {
    expect(await run('--cloud', 'demo', 'deploy')).toBe(0)
    expect(printed).toMatch(/^\d\d:\d\d:\d\d deploy started: demo-deploy-\d+T\d+Z$/m)
    expect(printed).toMatch(/^\d\d:\d\d:\d\d startMariadb kolla2 done \d\.\ds$/m)
    expect(printed).toMatch(/\ndemo is deployed\n$/)
  })

  it('print only the plan when it is the plan that was asked for', async () => {
    expect(await run('--cloud', 'demo', 'plan')).toBe(0)
    expect(printed).toBe('Nothing to change: the cloud is as described.\n')
  })

  it('end with 2 and all findings', async () => {
    expect(await run('--cloud', 'demo', 'prechecks')).toBe(2)
    expect(printed).toContain(
      'multinode:3:1: error: unknown group\nkolla2: error: port 3306 is held by mysqld\n',
    )
  })

  it('end with 1 and the way to know more', async () => {
    expect(await run('--cloud', 'demo', 'reconfigure')).toBe(1)
    const [, id] = /kolla-temporal explain (\S+)/.exec(printed) ?? []
    expect(await run('explain', id ?? '')).toBe(0)
    expect(printed).toContain('What next: give kolla2 more memory')
  })

  it('tell programs every event and the end', async () => {
    expect(await run('--cloud', 'demo', 'reconfigure', '--json')).toBe(1)
    const events = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    expect(events[0]?.type).toBe('operationStarted')
    expect(events.at(-1)).toMatchObject({
      type: 'operationFailed',
      error: { type: 'StepFailed', failure: { host: 'kolla2', exitCode: 137 } },
    })
  })

  it('name the command when no server is there', async () => {
    expect(await run('--address', `127.0.0.1:${await freePort()}`, 'history')).toBe(1)
    expect(printed).toContain('start one with `kolla-temporal server start`')
  })
})

it.each([['abort'], ['approve'], ['decide', 'retry'], ['pause'], ['resume']])(
  'says that there is nothing to %s',
  async (...words) => {
    expect(await run('--cloud', 'idle', 'deploy')).toBe(0)
    expect(await run('--cloud', 'idle', ...words)).toBe(2)
    const what = words[0] === 'abort' ? 'operation' : 'upgrade or rollback'
    expect(printed).toContain(`error: no ${what} of idle runs\n`)
  },
)

it('approves nothing that nobody has read, but what is named', async () => {
  const upgrade = run('--cloud', 'read', 'upgrade', '2026.1')
  const unread = async () => `${await run('--cloud', 'read', 'approve')} ${printed}`
  await expect.poll(unread, { timeout: 10_000 }).toMatch(/^2 [^]*keystone on 3 hosts\n/)
  expect(printed).toContain('name what you have read: `kolla-temporal approve --plan d1`')
  expect(await run('--cloud', 'read', 'decide', 'skip')).toBe(2)
  expect(printed).toContain('waits for no decision: keystone on 3 hosts')
  expect(await run('--cloud', 'read', 'approve', '--plan', 'd1')).toBe(0)
  expect(await upgrade).toBe(0)
  expect(printed).toContain('approved: d1')
})

it('aborts what runs, and attaches to the last', async () => {
  const check = run('--cloud', 'aborted', 'check')
  await expect.poll(() => printed).toContain('check started')
  await expect.poll(() => run('--cloud', 'aborted', 'abort')).toBe(0)
  expect(await check).toBe(1)
  expect(await run('--cloud', 'aborted', 'attach')).toBe(1)
  expect(printed).toContain('error: the operation was cancelled')
})
