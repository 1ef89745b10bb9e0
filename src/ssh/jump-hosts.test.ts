import { appendFile, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SshTarget } from './connect.js'
import {
  ConnectionLost,
  HostKeyChanged,
  HostKeyUnknown,
  HostUnreachable,
  LoginRefused,
} from './errors.js'
import { FakeHost } from './fake-host.js'
import { JumpHosts, leave } from './jump-hosts.js'
import { SshPool } from './pool.js'

let host: FakeHost
let gate: FakeHost
let inner: FakeHost
let pool: SshPool
let knownHosts: string

beforeEach(async () => {
  ;[host, gate, inner] = await Promise.all([FakeHost.start(), FakeHost.start(), FakeHost.start()])
  knownHosts = host.target.knownHostsFile
  for (const one of [host, gate, inner]) await one.trust(knownHosts)
  pool = new SshPool()
})

afterEach(async () => {
  await pool.close()
  await Promise.all([host, gate, inner].map((one) => one.stop()))
})

const hop = (name: string, fake: FakeHost) => ({ name, ...fake.target.connection })

function through(...jumps: ReturnType<typeof hop>[]): SshTarget {
  return { ...host.target, connection: { ...host.target.connection, jumps } }
}

test('a host is reached through one jump host, and through two', async () => {
  expect((await pool.remote(through(hop('gate', gate))).run('echo one')).stdout).toBe('one\n')
  const two = through(hop('gate', gate), hop('inner', inner))
  expect((await pool.remote(two).run('cat', { input: 'two' })).stdout).toBe('two')
  expect([gate.logins, inner.logins, host.logins]).toEqual([1, 1, 2])
  expect(gate.sessions + inner.sessions).toBe(0)
})

test('one login to a jump host carries all hosts behind it, and ends with the last', async () => {
  const other = await FakeHost.start()
  await other.trust(knownHosts)
  const jumps = [hop('gate', gate)]
  const targets = [
    through(...jumps),
    { ...through(...jumps), host: 'kolla2', connection: { ...other.target.connection, jumps } },
  ]
  const brief = new SshPool({ idleMs: 100 })
  const answers = await Promise.all(targets.map((target) => brief.remote(target).run('echo here')))
  expect(answers.map(({ stdout }) => stdout)).toEqual(['here\n', 'here\n'])
  expect(gate.logins).toBe(1)
  await expect.poll(() => gate.connected, { timeout: 5_000 }).toBe(0)
  await brief.remote(through(...jumps)).run('true')
  expect(gate.logins).toBe(2)
  await brief.close()
  await other.stop()
})

test('a jump host that breaks breaks what goes through it, and the next call goes there again', async () => {
  const remote = pool.remote(through(hop('gate', gate)))
  const running = remote.run('sleep 7776', { title: 'sleeping' }).catch((error: unknown) => error)
  await expect.poll(() => host.sessions).toBeGreaterThan(1)
  gate.cut()
  expect(await running).toBeInstanceOf(ConnectionLost)
  expect((await remote.run('echo back')).stdout).toBe('back\n')
  expect(gate.logins).toBe(2)
})

test('the keys of jump hosts are verified, as those of hosts behind them', async () => {
  const text = await readFile(knownHosts, 'utf8')
  const keyOf = ({ target }: FakeHost) => `[127.0.0.1]:${target.connection.port} `
  const without = (fake: FakeHost) =>
    text
      .split('\n')
      .filter((line) => !line.startsWith(keyOf(fake)))
      .join('\n')
  const reach = async (known: string) => {
    const file = `${knownHosts}.${Math.random()}`
    await appendFile(file, known)
    return new SshPool().remote({ ...through(hop('gate', gate)), knownHostsFile: file }).run('true')
  }
  await expect(reach(without(gate))).rejects.toBeInstanceOf(HostKeyUnknown)
  await expect(reach(without(gate))).rejects.toThrow('jump host gate: host key SHA256:')
  await expect(reach(without(host))).rejects.toThrow('kolla1: host key SHA256:')
  const wrong = `${without(gate)}\n${keyOf(gate)}ssh-ed25519 ${host.publicKey.toString('base64')}\n`
  await expect(reach(wrong)).rejects.toBeInstanceOf(HostKeyChanged)
  expect([gate.logins, host.logins]).toEqual([1, 0])
})

test('what is wrong on the way is one sentence', async () => {
  const { port } = host.target.connection
  const run = (target: SshTarget) => new SshPool().remote(target).run('true')
  gate.forwards = false
  await expect(run(through(hop('gate', gate)))).rejects.toThrow(
    `kolla1: jump host gate forwards no connections to 127.0.0.1 port ${port}; is AllowTcpForwarding off there?`,
  )
  gate.forwards = true
  const stranger = {
    ...hop('gate', gate),
    privateKeyFile: inner.target.connection.privateKeyFile ?? '',
  }
  await expect(run(through(stranger))).rejects.toBeInstanceOf(LoginRefused)
  await expect(run(through(stranger))).rejects.toThrow(
    /^jump host gate: 127.0.0.1 refuses user root/,
  )
  await inner.stop()
  const gone = { ...hop('gate', gate), name: 'inner', port: inner.target.connection.port }
  const closed = run(through(gone))
  await expect(closed).rejects.toBeInstanceOf(HostUnreachable)
  await expect(closed).rejects.toThrow(/^jump host inner: 127.0.0.1 port \d+ refuses connections/)
})

test('a jump host is left where nobody can log in to the next one', async () => {
  const next = { ...hop('inner', inner), privateKeyFile: '/nowhere' }
  const run = pool.remote(through(hop('gate', gate), next)).run('true')
  await expect(run).rejects.toThrow('jump host inner: private key /nowhere')
  await expect.poll(() => gate.connected, { timeout: 5_000 }).toBe(0)
  const target = through(hop('gate', gate))
  const connection = { ...target.connection, privateKeyFile: '/nowhere' }
  const last = pool.remote({ ...target, connection }).run('true')
  await expect(last).rejects.toThrow('kolla1: private key /nowhere')
  await expect.poll(() => gate.connected, { timeout: 5_000 }).toBe(0)
})

test('a stream that opens when nobody waits for it any more is closed', async () => {
  const jumpHosts = new JumpHosts(1_000)
  const target = through(hop('gate', gate))
  const used = await jumpHosts.streamTo(target)
  gate.hangs = 'forwards'
  await expect(jumpHosts.streamTo(target)).rejects.toThrow('does not answer to jump host gate')
  gate.wake()
  await sleep(500)
  await expect.poll(() => gate.forwarded, { timeout: 5_000 }).toBe(1)
  leave(used)
  await expect.poll(() => gate.connected, { timeout: 5_000 }).toBe(0)
})

test('one may log in by password, asked for it or not', async () => {
  host.password = 'open sesame'
  const { address, port, user } = host.target.connection
  const login = { address, port, user, become: false, password: 'open sesame' }
  for (const asks of [false, true]) {
    host.asks = asks
    const remote = new SshPool().remote({ ...host.target, connection: login })
    expect((await remote.run('echo in')).stdout).toBe('in\n')
  }
  const wrong = { ...host.target, connection: { ...login, password: 'open barley' } }
  await expect(new SshPool().remote(wrong).run('true')).rejects.toThrow(
    /refuses user root with the password of ansible_password and \d+ keys/,
  )
})
