import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import type { Hop, Login } from '../model/cloud.js'
import { HostUnreachable } from './errors.js'
import type { HostError } from './errors.js'
import { logIn } from './log-in.js'
import type { SshTarget } from './connect.js'

interface Shared {
  readonly client: Promise<Client>
  users: number
}

/** Logins to jump hosts: each is shared by all that lies behind it, and ends with the last stream through it. */
export class JumpHosts {
  private readonly open = new Map<string, Shared>()

  /** How long a jump host may take to reach the next one, in milliseconds. */
  constructor(private readonly patience = 10_000) {}

  /**
   * A stream to the port of a host behind jump hosts; undefined where it is reached directly.
   * @throws HostUnreachable, HostKeyUnknown, HostKeyChanged, LoginRefused
   */
  async streamTo({ host, connection, knownHostsFile }: SshTarget): Promise<Duplex | undefined> {
    return this.through(connection.jumps ?? [], connection, host, knownHostsFile)
  }

  private async through(
    jumps: readonly Hop[],
    to: Login,
    host: string,
    knownHostsFile: string,
  ): Promise<Duplex | undefined> {
    const last = jumps.at(-1)
    if (!last) return undefined
    const key = JSON.stringify([knownHostsFile, jumps])
    const shared = this.open.get(key) ?? this.share(key, jumps, last, knownHostsFile)
    shared.users++
    try {
      const client = await shared.client
      const stream = await forward(client, last, { to, host, patience: this.patience })
      stream.once('close', () => this.release(key, shared))
      return stream
    } catch (error) {
      this.release(key, shared)
      throw error
    }
  }

  private share(key: string, jumps: readonly Hop[], last: Hop, knownHostsFile: string): Shared {
    const shared = { client: this.logIn(jumps.slice(0, -1), last, knownHostsFile), users: 0 }
    this.open.set(key, shared)
    const forget = () => {
      if (this.open.get(key) === shared) this.open.delete(key)
    }
    shared.client.then((client) => client.once('close', forget), forget)
    return shared
  }

  private async logIn(before: readonly Hop[], hop: Hop, knownHostsFile: string): Promise<Client> {
    const host = `jump host ${hop.name}`
    const stream = await this.through(before, hop, host, knownHostsFile)
    try {
      const client = await logIn({ host, login: hop, knownHostsFile }, stream)
      client.setMaxListeners(0)
      return client
    } catch (error) {
      leave(stream)
      throw error
    }
  }

  private release(key: string, shared: Shared): void {
    if (--shared.users > 0) return
    if (this.open.get(key) === shared) this.open.delete(key)
    shared.client.then((client) => client.end()).catch(() => undefined) // who waited for it was told
  }
}

/** Closes a stream that nobody has read. */
export function leave(stream: Duplex | undefined): void {
  stream?.destroy()
  stream?.resume() // one of ssh2's tells that it is closed when all that came was read
}

interface Destination {
  readonly to: Login
  readonly host: string
  readonly patience: number
}

function forward(client: Client, hop: Hop, { to, host, patience }: Destination): Promise<Duplex> {
  const where = `${to.address} port ${to.port}`
  return new Promise((resolve, reject) => {
    let isLate = false
    const settle = () => {
      clearTimeout(timer)
      client.off('close', broken)
    }
    const fail = (reason: string) => {
      settle()
      reject(new HostUnreachable(host, reason))
    }
    const broken = () => fail(`the connection to jump host ${hop.name} broke`)
    const timer = setTimeout(() => {
      isLate = true
      fail(`${where} does not answer to jump host ${hop.name}`)
    }, patience)
    client.once('close', broken)
    try {
      client.forwardOut('127.0.0.1', 0, to.address, to.port, (error, channel) => {
        settle()
        if (error) reject(refused(host, hop, where, error))
        else if (isLate) leave(channel)
        else resolve(channel)
      })
    } catch {
      broken() // ssh2 throws when its socket is gone already
    }
  })
}

/** SSH's number of a reason: the operator of a jump host may forbid that it is one. */
const prohibited = 1

function refused(host: string, hop: Hop, where: string, error: Error): HostError {
  const why =
    'reason' in error && error.reason === prohibited
      ? `jump host ${hop.name} forwards no connections to ${where}; is AllowTcpForwarding off there?`
      : `jump host ${hop.name} can't reach ${where}; is sshd running there?`
  return new HostUnreachable(host, why, { cause: error })
}
