import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import { connect, lost } from './connect.js'
import type { SshTarget } from './connect.js'
import { Guard } from './guard.js'
import type { JumpHosts } from './jump-hosts.js'
import { launch } from './launch.js'
import { notStarted } from './not-started.js'
import { Semaphore } from './semaphore.js'

/** sshd's MaxSessions is 10 unless somebody lowered it, and the guard has one. */
const channelLimit = 8

/** How long a full sshd is asked again, in milliseconds: it counts a session until its process is gone. */
const patience = 10_000

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
    private readonly idleMs: number,
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
    idleMs: number,
    jumpHosts: JumpHosts,
  ): Promise<SshConnection> {
    const client = await connect(target, jumpHosts)
    try {
      const id = randomUUID()
      const guard = await Guard.start(target, client, id)
      return new SshConnection(target, client, guard, id, idleMs)
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

  /** A channel to a program that runs as root, and the id that `guard` knows it by. @throws ConnectionLost, SudoRefused */
  async exec(
    script: string,
    title: string,
    environment?: Readonly<Record<string, string>>,
  ): Promise<{ channel: ClientChannel; id: string }> {
    const id = `${this.id}/${++this.runs}`
    const { command, begun } = launch(script, this.target.connection, id, environment)
    this.used++
    clearTimeout(this.idleTimer)
    await this.slots.acquire()
    const release = () => {
      this.slots.release()
      if (--this.used === 0) this.startIdling()
    }
    const channel = await this.openPatiently(command, title).catch((error: unknown) => {
      release()
      throw error
    })
    channel.once('close', release)
    await begun(channel).catch((error: unknown) => {
      throw this.alive ? notStarted(this.target, error) : lost(this.target.host, title)
    })
    return { channel, id }
  }

  private async openPatiently(command: string, title: string): Promise<ClientChannel> {
    const deadline = Date.now() + patience
    for (;;) {
      try {
        return await this.openChannel(command, title)
      } catch (error) {
        if (!isRefusal(error) || Date.now() > deadline) throw error
        await sleep(200)
      }
    }
  }

  private openChannel(command: string, title: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      const broken = () => reject(lost(this.target.host, title))
      this.client.once('close', broken)
      const opened = (error: Error | undefined, channel: ClientChannel) => {
        this.client.off('close', broken)
        if (error) reject(error)
        else resolve(channel)
      }
      try {
        this.client.exec(command, opened)
      } catch {
        broken() // ssh2 throws when its socket is gone already
      }
    })
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
    }, this.idleMs)
    this.idleTimer.unref()
  }
}

/** SSH's number of a reason not to open a channel; nothing has run then. */
const isRefusal = (error: unknown) =>
  error instanceof Error && 'reason' in error && typeof error.reason === 'number'
