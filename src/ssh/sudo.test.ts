import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SudoRefused } from './errors.js'
import { FakeHost } from './fake-host.js'
import { SshPool } from './pool.js'
import type { Remote } from './remote.js'

let host: FakeHost
let pool: SshPool

beforeEach(async () => {
  vi.stubEnv('PATH', `${import.meta.dirname}/testdata/asking-sudo:${process.env['PATH'] ?? ''}`)
  host = await FakeHost.start()
  await host.trust()
  pool = new SshPool()
})

afterEach(async () => {
  await pool.close()
  await host.stop()
  vi.unstubAllEnvs()
})

function asStack(becomePassword?: string): Remote {
  const connection = { ...host.target.connection, user: 'stack', become: true }
  return pool.remote({
    ...host.target,
    connection: becomePassword === undefined ? connection : { ...connection, becomePassword },
  })
}

test.each(['asks', 'knows'])(
  'a script gets its own input from the first byte on, whether sudo %s or not',
  async (fake) => {
    vi.stubEnv('FAKE_SUDO', fake)
    const lines: string[] = []
    const result = await asStack('open sesame').run('cat; echo "to err" >&2; exit 3', {
      input: 'first\nsecond',
      onOutput: (line) => lines.push(line),
    })
    expect(result).toEqual({ code: 3, stdout: 'first\nsecond', stderr: 'to err\n' })
    expect(lines.sort()).toEqual(['first', 'second', 'to err'])
  },
)

test('megabytes, many scripts at a time, long ones and streams go through it', async () => {
  const remote = asStack('open sesame')
  const input = Buffer.alloc(4 * 2 ** 20, 'x')
  const counts = await Promise.all(Array.from({ length: 12 }, () => remote.run('wc -c', { input })))
  expect(counts.map(({ stdout }) => Number(stdout))).toEqual(Array(12).fill(input.length))
  const long = `# ${'x'.repeat(30_000)}\necho whole`
  expect((await remote.run(long)).stdout).toBe('whole\n')
  const stream = await remote.open('exec cat')
  stream.write('ping')
  const [echo] = (await stream.take(1).toArray()) as [Buffer]
  expect(echo.toString()).toBe('ping')
  stream.destroy()
})

test("a password is in nobody's arguments, input or environment", async () => {
  const { stdout } = await asStack('open sesame').run('cat; cat /proc/self/environ')
  expect(stdout).toContain('KOLLA_TEMPORAL_RUN')
  expect([stdout, ...host.commands].join()).not.toContain('sesame')
  expect(host.commands).toHaveLength(2)
})

test('cancelling still ends all processes of a script', async () => {
  const remote = asStack('open sesame')
  const cancel = new AbortController()
  const running = remote.run('sleep 7775 & sleep 7775; true', { signal: cancel.signal })
  const failure = running.catch((error: unknown) => error)
  await sleep(500)
  cancel.abort(new Error('cancelled'))
  expect(await failure).toMatchObject({ message: 'cancelled' })
  expect((await remote.run('pgrep -fc "[s]leep 7775"')).stdout).toBe('0\n')
})

test('a wrong password is one sentence, after one try', async () => {
  const run = asStack('open barley').run('true')
  await expect(run).rejects.toBeInstanceOf(SudoRefused)
  await expect(run).rejects.toThrow(
    'kolla1: user stack cannot become root (sudo: 1 incorrect password attempts); check ansible_become_password, and that sudo lets it run all commands',
  )
})

test('sudo that asks for a password that nobody has is one sentence', async () => {
  const run = asStack().run('true')
  await expect(run).rejects.toBeInstanceOf(SudoRefused)
  await expect(run).rejects.toThrow(/a password is required.*set ansible_become_password/)
})
