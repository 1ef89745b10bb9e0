import type { Duplex } from 'node:stream'
import { SshConnection } from './connection.js'
import type { LoginTimes } from './connection.js'
import type { SshTarget } from './connect.js'
import { RemoteError } from './errors.js'
import { JumpHosts } from './jump-hosts.js'
import { Tail } from './lines.js'
import { open } from './open.js'
import type { OpenOptions, Remote, RunOptions, RunResult } from './remote.js'
import { runScript, titleOf } from './run.js'
import { unlessAborted } from './unless-aborted.js'

export interface SshPoolOptions {
  /** Milliseconds after which a login that nobody uses is closed; 60 s by default. */
  readonly idleMs?: number
  /** Milliseconds after which a host is given up that lets us log in, but begins nothing; 30 s by default. */
  readonly openMs?: number
}

/** Every host's one login, opened on demand and again when it broke. */
export class SshPool {
  private readonly remotes = new Map<string, SshRemote>()
  private readonly jumpHosts = new JumpHosts()

  private readonly times: LoginTimes

  constructor({ idleMs = 60_000, openMs = 30_000 }: SshPoolOptions = {}) {
    this.times = { idleMs, openMs }
  }

  /** Connects to nothing yet. The same target always gets the same remote. */
  remote(target: SshTarget): Remote {
    const { host, knownHostsFile, connection } = target
    const key = JSON.stringify([host, knownHostsFile, Object.entries(connection).sort()])
    const known = this.remotes.get(key)
    if (known) return known
    const remote = new SshRemote(target, this.times, this.jumpHosts)
    this.remotes.set(key, remote)
    return remote
  }

  /** Ends all logins; what still runs on the hosts is stopped. */
  async close(): Promise<void> {
    await Promise.all([...this.remotes.values()].map((remote) => remote.close()))
  }
}

class SshRemote implements Remote {
  private opening: Promise<SshConnection> | undefined

  constructor(
    private readonly target: SshTarget,
    private readonly times: LoginTimes,
    private readonly jumpHosts: JumpHosts,
  ) {}

  get host(): string {
    return this.target.host
  }

  async run(script: string, options: RunOptions = {}): Promise<RunResult> {
    options.signal?.throwIfAborted()
    return runScript(await unlessAborted(this.connection(), options.signal), script, options)
  }

  async runOrFail(script: string, options: RunOptions = {}): Promise<RunResult> {
    const tail = new Tail()
    const result = await this.run(script, {
      ...options,
      onOutput: (line) => {
        tail.push(line)
        options.onOutput?.(line)
      },
    })
    if (result.code === 0) return result
    throw new RemoteError(this.host, titleOf(script, options), result.code, tail.lines)
  }

  async open(script: string, options: OpenOptions = {}): Promise<Duplex> {
    options.signal?.throwIfAborted()
    return open(await unlessAborted(this.connection(), options.signal), script, options)
  }

  async close(): Promise<void> {
    const connection = await this.opening?.catch(() => undefined)
    await connection?.close()
  }

  private connection(): Promise<SshConnection> {
    this.opening ??= this.connect()
    return this.opening
  }

  private async connect(): Promise<SshConnection> {
    const forget = () => (this.opening = undefined)
    try {
      const connection = await SshConnection.open(this.target, this.times, this.jumpHosts)
      connection.onEnd(forget)
      return connection
    } catch (error) {
      forget()
      throw error
    }
  }
}
