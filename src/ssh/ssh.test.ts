import { AsyncLocalStorage } from 'node:async_hooks'
import { writeFile } from 'node:fs/promises'
import { connect as connectTo } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2 from 'ssh2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  ConnectionLost,
  HostKeyChanged,
  HostKeyUnknown,
  HostUnreachable,
  LoginRefused,
  RemoteError,
  RemoteTimeout,
  SudoRefused,
  TooMuchOutput,
} from './errors.js'
import { FakeHost } from './fake-host.js'
import { SshPool } from './pool.js'
import type { Remote } from './remote.js'
import { examineHostKey } from './trust.js'

let host: FakeHost
let pool: SshPool
let remote: Remote

beforeEach(async () => {
  host = await FakeHost.start()
  await host.trust()
  pool = new SshPool()
  remote = pool.remote(host.target)
})

afterEach(async () => {
  await pool.close()
  await host.stop()
})

/** How many processes have this word in their arguments. */
async function processesWith(word: string): Promise<number> {
  const own = await pool.remote(host.target).run(`pgrep -fc "[${word[0] ?? ''}]${word.slice(1)}"`)
  return Number(own.stdout)
}

test('runs a script with input and tells exit code, output and lines', async () => {
  const lines: string[] = []
  const result = await remote.run('cat; echo "to err" >&2; exit 3', {
    input: 'a\nb',
    onOutput: (line) => lines.push(line),
  })
  expect(result).toEqual({ code: 3, stdout: 'a\nb', stderr: 'to err\n' })
  expect(lines.sort()).toEqual(['a', 'b', 'to err'])
})

test('a full sshd is asked again until it has room', async () => {
  await remote.run('true')
  host.refusals = 3
  expect((await remote.run('echo here')).stdout).toBe('here\n')
  expect(host.refusals).toBe(0)
})

test("a caller's lines come in the caller's own asynchronous context, on a shared connection too", async () => {
  const caller = new AsyncLocalStorage<string>()
  const heard: (string | undefined)[] = []
  for (const name of ['opens the connection', 'finds it open']) {
    await caller.run(name, () =>
      remote.run('echo line', { onOutput: () => heard.push(caller.getStore()) }),
    )
  }
  expect(heard).toEqual(['opens the connection', 'finds it open'])
})

test('streams megabytes through standard input', async () => {
  const input = Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(65_536, 'x')))
  expect((await remote.run('wc -c', { input })).stdout.trim()).toBe(String(64 * 65_536))
})

test('a script that a signal ends has the exit code that a shell would tell', async () => {
  expect((await remote.run('kill -KILL $$')).code).toBe(137)
})

test('twenty scripts side by side share one login and never more than eight channels', async () => {
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, host.sessions)), 5)
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, i) => remote.run(`sleep 0.1; echo ${i}`)),
  )
  clearInterval(watch)
  expect(results.map(({ stdout }) => Number(stdout))).toEqual(
    Array.from({ length: 20 }, (_, i) => i),
  )
  expect(host.logins).toBe(1)
  expect(most).toBeLessThanOrEqual(9)
})

test('a script that fails tells what it was and its last lines', async () => {
  const failure = remote.runOrFail('seq 30; exit 7', { title: 'count to thirty' })
  const error = await failure.catch((e: unknown) => e)
  expect(error).toBeInstanceOf(RemoteError)
  expect(error).toMatchObject({ host: 'kolla1', command: 'count to thirty', exitCode: 7 })
  expect((error as RemoteError).tail).toEqual(Array.from({ length: 20 }, (_, i) => String(i + 11)))
})

test('cancelling ends all processes of a script, not only its shell', async () => {
  const cancel = new AbortController()
  const running = remote.run('sleep 7771 & sleep 7771; true', {
    signal: cancel.signal,
    onOutput: () => undefined,
  })
  await expect.poll(() => processesWith('sleep 7771')).toBeGreaterThan(1)
  cancel.abort(new Error('cancelled'))
  await expect(running).rejects.toThrow('cancelled')
  expect(await processesWith('sleep 7771')).toBe(0)
})

test('a script that ignores SIGTERM is killed', async () => {
  const running = remote.run(`trap '' TERM; while :; do sleep 7772; done`, { timeoutMs: 200 })
  await expect(running).rejects.toBeInstanceOf(RemoteTimeout)
  expect(await processesWith('sleep 7772')).toBe(0)
}, 15_000)

test('a broken connection is told, ends what ran, and the next call logs in again', async () => {
  const running = remote.run('sleep 7773; true', { title: 'sleeping' })
  const seen = running.catch((error: unknown) => error)
  await expect.poll(() => processesWith('sleep 7773')).toBeGreaterThan(0)
  host.cut()
  expect(await seen).toBeInstanceOf(ConnectionLost)
  await expect.poll(() => processesWith('sleep 7773'), { timeout: 5_000 }).toBe(0)
  expect((await remote.run('echo back')).stdout).toBe('back\n')
  expect(host.logins).toBe(2)
})

test('an idle login is closed, and opened again when needed', async () => {
  const brief = new SshPool({ idleMs: 100 }).remote(host.target)
  await brief.run('true')
  await sleep(400)
  await brief.run('true')
  expect(host.logins).toBe(2)
})

test('a program is one duplex stream', async () => {
  const stream = await remote.open('exec cat')
  stream.write('ping')
  const [echo] = (await stream.take(1).toArray()) as [Buffer]
  expect(echo.toString()).toBe('ping')
  stream.destroy()
})

test('a program that ends badly says why', async () => {
  const stream = await remote.open('echo no such thing >&2; exit 1')
  const error = await new Promise((resolve) => stream.once('error', resolve).resume())
  expect(error).toMatchObject({ name: 'RemoteError', tail: ['no such thing'] })
})

test('a host that lets us in and begins nothing is given up in time', async () => {
  const brief = new SshPool({ openMs: 3_000 })
  const again = () => brief.remote(host.target).run('echo in')
  host.hangs = 'commands'
  const first = again()
  await expect(first).rejects.toBeInstanceOf(ConnectionLost)
  await expect(first).rejects.toThrow('kolla1: lets user root log in, but nothing begins then')
  host.hangs = 'sessions'
  await expect(again()).rejects.toBeInstanceOf(ConnectionLost)
  host.hangs = undefined
  expect((await again()).stdout).toBe('in\n')
  host.hangs = 'sessions'
  await expect(again()).rejects.toBeInstanceOf(ConnectionLost)
  host.hangs = undefined
  expect((await again()).stdout).toBe('in\n')
  await brief.close()
})

test.each(['run', 'open'] as const)('%s hears while it waits for a login', async (verb) => {
  const cancel = new AbortController()
  const brief = new SshPool({ openMs: 1_000 })
  host.hangs = 'commands'
  const waiting = brief.remote(host.target)[verb]('true', { signal: cancel.signal })
  setTimeout(() => cancel.abort(new Error('cancelled')), 100)
  await expect(waiting).rejects.toThrow('cancelled')
  await brief.close()
})

test('who is cancelled leaves the queue for a channel, and the others get theirs', async () => {
  const cancel = new AbortController()
  const first = Array.from({ length: 8 }, () => remote.run('sleep 3'))
  await expect.poll(() => host.sessions, { timeout: 5_000 }).toBe(9)
  const waiting = remote.run('echo never', { signal: cancel.signal })
  const next = Array.from({ length: 9 }, () => remote.run('true'))
  setTimeout(() => cancel.abort(new Error('cancelled')), 50)
  await expect(waiting).rejects.toThrow('cancelled')
  await Promise.all([...first, ...next])
  expect(host.commands.join()).not.toContain('never')
})

test('what begins after its caller was cancelled is ended', async () => {
  const cancel = new AbortController()
  await remote.run('true')
  host.hangs = 'sessions'
  const running = remote.run('sleep 7777; true', { signal: cancel.signal })
  setTimeout(() => cancel.abort(new Error('cancelled')), 100)
  await expect(running).rejects.toThrow('cancelled')
  expect(host.commands.join()).not.toContain('7777')
  host.wake()
  await expect.poll(() => host.commands.join()).toContain('7777')
  await expect.poll(() => host.sessions, { timeout: 30_000 }).toBe(1)
}, 60_000)

test('a connection that breaks between login and first session is lost, and a full sshd asked again', async () => {
  host.breaks = true
  const run = remote.run('true')
  await expect(run).rejects.toBeInstanceOf(ConnectionLost)
  host.breaks = false
  host.refusals = 3
  expect((await remote.run('echo here')).stdout).toBe('here\n')
})

test('a host key that is not on record, or another one, stops before the login', async () => {
  const { connection, knownHostsFile } = host.target
  await writeFile(knownHostsFile, '')
  await expect(new SshPool().remote(host.target).run('true')).rejects.toBeInstanceOf(HostKeyUnknown)
  const impostor = await FakeHost.start()
  try {
    const moved = { ...connection, port: impostor.target.connection.port }
    const text = `[127.0.0.1]:${moved.port} ssh-ed25519 ${host.publicKey.toString('base64')}\n`
    await writeFile(knownHostsFile, text)
    const run = new SshPool().remote({ ...host.target, connection: moved }).run('true')
    await expect(run).rejects.toBeInstanceOf(HostKeyChanged)
    await expect(run).rejects.toThrow(/SHA256:.*SHA256:/)
    expect(await examineHostKey('kolla1', moved, text)).toMatchObject({ state: 'changed' })
    expect(await examineHostKey('kolla1', moved, '')).toMatchObject({ state: 'new' })
    expect(impostor.logins).toBe(0)
  } finally {
    await impostor.stop()
  }
})

test('a host shows the key on record, though it has one of another type that is asked for first', async () => {
  const ecdsa = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
  const another = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
  const both = await FakeHost.start({ moreKeys: [ecdsa.private] })
  try {
    const { connection } = both.target
    const examine = (publicKey: string) =>
      examineHostKey('kolla1', connection, `[127.0.0.1]:${connection.port} ${publicKey}\n`)
    expect(await examine(ecdsa.public)).toMatchObject({
      ...{ state: 'known', key: { type: 'ecdsa-sha2-nistp256' } },
    })
    expect(await examine(another.public)).toMatchObject({
      ...{ state: 'changed', key: { type: 'ssh-ed25519' } },
    })
  } finally {
    await both.stop()
  }
})

test('a host may break the connection after its key was refused', async () => {
  const { address, port } = host.target.connection
  const stream = connectTo(port, address)
  await examineHostKey('kolla1', host.target.connection, '', stream)
  expect(() => stream.emit('error', new Error('ECONNRESET'))).not.toThrow()
  stream.destroy()
})

test('a refused login, a closed port and an unknown name are one sentence each', async () => {
  const stranger = await FakeHost.start()
  const { privateKeyFile = '' } = stranger.target.connection
  const with_ = (changes: object) =>
    new SshPool()
      .remote({ ...host.target, connection: { ...host.target.connection, ...changes } })
      .run('true')
  await expect(with_({ privateKeyFile })).rejects.toBeInstanceOf(LoginRefused)
  await expect(with_({ privateKeyFile: '/nowhere' })).rejects.toThrow(
    /kolla1: private key \/nowhere/,
  )
  await stranger.stop()
  const closed = with_({ port: stranger.target.connection.port })
  await expect(closed).rejects.toBeInstanceOf(HostUnreachable)
  await expect(closed).rejects.toThrow(/^kolla1: 127.0.0.1 port \d+ refuses connections/)
  await expect(with_({ address: 'nosuch.invalid' })).rejects.toBeInstanceOf(HostUnreachable)
})

test('sudo that asks for a password is one sentence', async () => {
  // This machine has no sudo or a sudo for root: a function of that name stands in.
  const become = { ...host.target.connection, user: 'stack', become: true }
  const target = { ...host.target, connection: become }
  const path = process.env['PATH']
  process.env['PATH'] = `${import.meta.dirname}/testdata/no-sudo:${path ?? ''}`
  try {
    const run = new SshPool().remote(target).run('true')
    await expect(run).rejects.toBeInstanceOf(SudoRefused)
    await expect(run).rejects.toThrow(/a password is required/)
  } finally {
    process.env['PATH'] = path
  }
})

test('a script that prints without end is stopped, and nothing of it lives on', async () => {
  const word = `flood${process.pid}`
  const printing = remote.run(`: ${word}; yes ${'x'.repeat(1000)}`, { title: 'print' })
  await expect(printing).rejects.toThrow(TooMuchOutput)
  await expect(printing).rejects.toThrow(
    'kolla1: print printed more than 64 MiB and was stopped: look why, there',
  )
  expect(await processesWith(word)).toBe(0)
}, 60_000)
