import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import { lost } from './connect.js'
import { ConnectionLost } from './errors.js'
import { NothingBegins } from './sudo.js'

/** How long a full sshd is asked again, in milliseconds: it counts a session until its process is gone. */
const patience = 10_000

export interface ChannelOptions {
  /** Inventory name, for messages. */
  readonly host: string
  /** What is to run in it, for messages. */
  readonly title: string
  /** Milliseconds that sshd may take to answer. */
  readonly openMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * A channel to a command. A full sshd is asked again for a while. Whoever is told that nothing begins must end the client, or
 * it may still begin. @throws ConnectionLost, NothingBegins, or the signal's reason where nothing was sent yet
 */
export async function openChannel(
  client: Client,
  command: string,
  options: ChannelOptions,
): Promise<ClientChannel> {
  const { host, title, signal } = options
  const deadline = Date.now() + patience
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await ask(client, command, options)
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (Date.now() > deadline) {
        const reason = `sshd opens no session for: ${title} (${error.message}); end sessions there or raise its MaxSessions`
        throw new ConnectionLost(host, reason, { cause: error })
      }
      await sleep(200)
    }
  }
}

function ask(
  client: Client,
  command: string,
  { host, title, openMs }: ChannelOptions,
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer)
      client.off('close', broken)
    }
    const broken = () => {
      settle()
      reject(lost(host, title))
    }
    const timer = setTimeout(() => {
      settle()
      reject(new NothingBegins())
    }, openMs)
    client.once('close', broken)
    try {
      client.exec(command, (error, channel) => {
        settle()
        if (!error) resolve(channel)
        else reject(isRefusal(error) ? error : notBegun(host, title, error))
      })
    } catch {
      broken() // ssh2 throws when its socket is gone already
    }
  })
}

function notBegun(host: string, title: string, cause: Error): ConnectionLost {
  return new ConnectionLost(host, `sshd does not begin: ${title} (${cause.message})`, { cause })
}

/** SSH's number of a reason not to open a channel; nothing has run then. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && 'reason' in error && typeof error.reason === 'number'
