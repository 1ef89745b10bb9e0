import { constants } from 'node:os'
import { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { SshConnection } from './connection.js'
import { lost } from './connect.js'
import { RemoteTimeout, SudoRefused } from './errors.js'
import { stopGraceMs } from './guard.js'
import { readProcessGroup } from './launch.js'
import { LineSplitter, Tail } from './lines.js'
import type { RunOptions, RunResult } from './remote.js'

/** Runs a script on a connection to its end, or to the end of its process group when it is cut short. */
export async function runScript(
  connection: SshConnection,
  script: string,
  options: RunOptions,
): Promise<RunResult> {
  const title = titleOf(script, options)
  const channel = await connection.exec(script, title)
  const { host } = connection.target
  const output = { stdout: '', stderr: '' }
  const tail = new Tail()
  const started = new ProcessGroup(connection, channel)
  collect('stdout', channel)
  collect('stderr', started.withoutMarker())

  function collect(name: 'stdout' | 'stderr', stream: Readable): void {
    const lines = new LineSplitter((line) => {
      tail.push(line)
      options.onOutput?.(line)
    })
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      output[name] += text
      lines.write(text)
    })
    stream.on('end', () => lines.end())
  }

  return new Promise((resolve, reject) => {
    let code: number | undefined
    let cutShort: Error | undefined
    const cut = (reason: Error) => {
      cutShort ??= reason
      started.stop()
    }
    const abort = () => cut(options.signal?.reason as Error)
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(
            (ms: number) => cut(new RemoteTimeout(host, title, ms, tail.lines)),
            options.timeoutMs,
            options.timeoutMs,
          )

    options.signal?.addEventListener('abort', abort)
    if (options.signal?.aborted) abort()
    channel.on('exit', (exitCode: number | null, signal?: string) => {
      code = exitCode ?? 128 + signalNumber(signal)
    })
    channel.once('close', () => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', abort)
      started.ended()
      if (cutShort) reject(cutShort)
      else if (code === undefined) reject(lost(host, title))
      else if (started.group === undefined) reject(sudoRefused(connection, started.unread))
      else resolve({ code, ...output })
    })
    channel.on('error', () => undefined)
    feed(channel, options.input, cut)
  })
}

/** What a script is called in errors: its title, or its first line that says something. */
export function titleOf(script: string, { title }: RunOptions): string {
  return (
    title ??
    script
      .split('\n')
      .find((line) => /^\s*[^\s#]/.test(line))
      ?.trim() ??
    'empty script'
  )
}

function feed(
  channel: ClientChannel,
  input: RunOptions['input'],
  cut: (reason: Error) => void,
): void {
  if (!(input instanceof Readable)) return void channel.end(input)
  input.once('error', cut)
  channel.once('close', () => input.destroy())
  input.pipe(channel)
}

/** The process group that a script tells first of all on standard error. */
class ProcessGroup {
  group: number | undefined
  unread = ''
  private stopping = false

  constructor(
    private readonly connection: SshConnection,
    private readonly channel: ClientChannel,
  ) {}

  withoutMarker(): Readable {
    const rest = new Readable({ read: () => undefined })
    this.channel.stderr.setEncoding('utf8')
    this.channel.stderr.on('data', (text: string) => {
      if (this.group !== undefined) return void rest.push(text)
      this.unread += text
      const found = readProcessGroup(this.unread)
      if (!found) return
      this.group = found.group
      this.connection.guard.running(found.group)
      if (found.rest !== '') rest.push(found.rest)
      if (this.stopping) this.stop()
    })
    this.channel.stderr.on('end', () => rest.push(null))
    return rest
  }

  /** Also before the group is known. A host that does not end it in time is left to its guard. */
  stop(): void {
    this.stopping = true
    if (this.group === undefined) return
    this.connection.guard.stop(this.group)
    const giveUp = setTimeout(() => this.channel.destroy(), stopGraceMs)
    this.channel.once('close', () => clearTimeout(giveUp))
  }

  ended(): void {
    if (this.group !== undefined) this.connection.guard.ended(this.group)
  }
}

function signalNumber(name = ''): number {
  const numbers: Readonly<Record<string, number>> = constants.signals
  return numbers[`SIG${name}`] ?? 0
}

function sudoRefused(connection: SshConnection, stderr: string): SudoRefused {
  const { host, connection: login } = connection.target
  const said = stderr.trim().split('\n').at(-1) ?? ''
  return new SudoRefused(
    host,
    login.become
      ? `sudo does not let ${login.user} in without a password (${said}); ` +
          'give it a NOPASSWD rule or log in as root'
      : `the login shell of ${login.user} runs no command: ${said}`,
  )
}
