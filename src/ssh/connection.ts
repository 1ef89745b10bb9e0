import { randomUUID } from 'node:crypto'
import type { Client, ClientChannel } from 'ssh2'
import { openChannel } from './channel.js'
import { connect, lost } from './connect.js'
import type { SshTarget } from './connect.js'
import { Guard } from './guard.js'
import type { JumpHosts } from './jump-hosts.js'
import { launch } from './launch.js'
import { notStarted } from './not-started.js'
import { Semaphore } from './semaphore.js'
import { NothingBegins } from './sudo.js'
import { unlessAborted } from './unless-aborted.js'

/** sshd's MaxSessions is 10 unless somebody lowered it, and the guard has one. */
const channelLimit = 8

/** How long somebody who was cancelled waits for a channel that is being opened, in milliseconds. */
const graceMs = 5_000

/** Times of a login, in milliseconds. */
export interface LoginTimes {
  /** How long nobody uses it before it is closed. */
  readonly idleMs: number
  /** How long the host may take until something begins that is to run there. */
  readonly openMs: number
}

/** What runs, and for whom. */
export interface ExecOptions {
  readonly title: string
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
}

/** What runs as root, and the id that `guard` knows it by. */
export interface Program {
  readonly channel: ClientChannel
  readonly id: string
}

/** One login to one host. It ends by itself when nothing has used it for a while; then open another. */
export class SshConnection {
  private readonly slots = new Semaphore(channelLimit)
  private readonly ended = new AbortController()
  private used = 0
  private runs = 0
  private idleTimer: NodeJS.Timeout | undefined

  private constructor(
    readonly target: SshTarget,
    private readonly client: Client,
    readonly guard: Guard,
    private readonly id: string,
    private readonly times: LoginTimes,
  ) {
    client.setMaxListeners(0)
    client.once('close', () => {
      this.ended.abort()
      clearTimeout(this.idleTimer)
    })
    this.startIdling()
  }

  static async open(
    target: SshTarget,
    times: LoginTimes,
    jumpHosts: JumpHosts,
  ): Promise<SshConnection> {
    const client = await connect(target, jumpHosts)
    try {
      const id = randomUUID()
      const guard = await Guard.start(target, client, id, times.openMs)
      return new SshConnection(target, client, guard, id, times)
    } catch (error) {
      client.destroy()
      throw error
    }
  }

  /** Called once, as soon as the connection takes no more channels. */
  onEnd(listener: () => void): void {
    if (this.alive) this.ended.signal.addEventListener('abort', listener, { once: true })
    else listener()
  }

  private get alive(): boolean {
    return !this.ended.signal.aborted
  }

  /**
   * Begins a script as root. Who is cancelled waits a little for a channel that is being opened, for with it what runs there
   * can be ended first; if it comes later, that is ended all the same.
   * @throws ConnectionLost, SudoRefused, or the signal's reason
   */
  async exec(script: string, options: ExecOptions): Promise<Program> {
    return unlessAborted(this.begin(script, options), options.signal, {
      graceMs,
      giveBack: ({ channel, id }) => {
        channel.on('error', () => undefined)
        channel.resume().stderr.resume()
        this.guard.end(id, channel)
      },
    })
  }

  /** @throws ConnectionLost, SudoRefused, or the signal's reason where nothing was sent yet */
  private async begin(
    script: string,
    { title, environment, signal }: ExecOptions,
  ): Promise<Program> {
    const id = `${this.id}/${++this.runs}`
    const { target, times } = this
    const { host } = target
    const { command, begun } = launch(script, target.connection, id, environment)
    await this.enter(signal)
    const options = { host, title, openMs: times.openMs, signal }
    const channel = await openChannel(this.client, command, options).catch((error: unknown) => {
      this.leave()
      throw this.notBegun(error)
    })
    channel.once('close', () => this.leave())
    await begun(channel).catch((error: unknown) => {
      throw this.alive ? this.notBegun(error) : lost(host, title)
    })
    return { channel, id }
  }

  /** A login with which nothing begins is left: the guard ends what does all the same, and who comes next logs in anew. */
  private notBegun(error: unknown): Error {
    if (error instanceof NothingBegins) {
      this.ended.abort()
      this.client.destroy()
    }
    return notStarted(this.target, error)
  }

  private async enter(signal: AbortSignal | undefined): Promise<void> {
    this.used++
    clearTimeout(this.idleTimer)
    try {
      await this.slots.acquire(signal)
    } catch (error) {
      this.unuse()
      throw error
    }
  }

  private leave(): void {
    this.slots.release()
    this.unuse()
  }

  private unuse(): void {
    if (--this.used === 0) this.startIdling()
  }

  /** Ends the login, and with it whatever still runs there. */
  async close(): Promise<void> {
    if (!this.alive) return
    this.ended.abort()
    const closed = new Promise<void>((resolve) => this.client.once('close', resolve))
    this.client.end()
    const impatient = setTimeout(() => this.client.destroy(), 2_000)
    await closed
    clearTimeout(impatient)
  }

  private startIdling(): void {
    if (!this.alive) return
    this.idleTimer = setTimeout(() => {
      this.ended.abort()
      this.client.end()
    }, this.times.idleMs)
    this.idleTimer.unref()
  }
}
