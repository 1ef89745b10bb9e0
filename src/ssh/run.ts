import { once } from 'node:events'
import { constants } from 'node:os'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientChannel } from 'ssh2'
import { lost } from './connect.js'
import type { SshConnection } from './connection.js'
import { RemoteTimeout, SudoRefused } from './errors.js'
import { LineSplitter, Tail } from './lines.js'
import { ProcessGroup } from './process-group.js'
import type { RunOptions, RunResult } from './remote.js'

/** Runs a script on a connection to its end, or to the end of its process group when it is cut short. */
export async function runScript(
  connection: SshConnection,
  script: string,
  options: RunOptions,
): Promise<RunResult> {
  const title = titleOf(script, options)
  const { host } = connection.target
  const channel = await connection.exec(script, title)
  const closed = new Promise<{ code: number | null | undefined; killedBy: string | undefined }>(
    (resolve) =>
      channel.once('close', (code?: number | null, killedBy?: string) =>
        resolve({ code, killedBy }),
      ),
  )
  channel.on('error', () => undefined) // what matters of it shows in 'close'

  const group = new ProcessGroup(connection.guard, channel)
  const tail = new Tail()
  const stdout = collect(channel, (text) => text)
  const stderr = collect(channel.stderr, (text) => group.read(text))

  let cutShort: Error | undefined
  const cut = (reason: Error) => {
    cutShort ??= reason
    group.stop()
  }
  const { signal, timeoutMs } = options
  const abort = () => cut(signal?.reason as Error)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => cut(new RemoteTimeout(host, title, timeoutMs, tail.lines)), timeoutMs)
  feed(channel, options.input, cut)

  const { code, killedBy } = await closed
  clearTimeout(timer)
  signal?.removeEventListener('abort', abort)
  group.ended()
  if (cutShort) throw cutShort
  if (code === undefined) throw lost(host, title)
  const result = {
    code: code ?? 128 + signalNumber(killedBy),
    stdout: await stdout,
    stderr: await stderr,
  }
  if (group.id === undefined) throw sudoRefused(connection, group.unread)
  return result

  async function collect(stream: Readable, filter: (text: string) => string): Promise<string> {
    let all = ''
    const lines = new LineSplitter((line) => {
      tail.push(line)
      options.onOutput?.(line)
    })
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const text = filter(chunk)
      all += text
      lines.write(text)
    })
    await Promise.race([
      once(stream, 'end'),
      closed.then(() => sleep(1_000, undefined, { ref: false })),
    ])
    lines.end()
    return all
  }
}

/** What a script is called in errors: its title, or its first line that says something. */
export function titleOf(script: string, { title }: RunOptions): string {
  const line = script.split('\n').find((text) => /^\s*[^\s#]/.test(text))
  return title ?? line?.trim() ?? 'empty script'
}

function feed(
  channel: ClientChannel,
  input: RunOptions['input'],
  cut: (reason: Error) => void,
): void {
  if (!(input instanceof Readable)) {
    channel.end(input)
    return
  }
  input.once('error', cut)
  channel.once('close', () => input.destroy())
  input.pipe(channel)
}

function signalNumber(name = ''): number {
  const numbers: Readonly<Record<string, number>> = constants.signals
  return numbers[name] ?? 0
}

function sudoRefused(connection: SshConnection, stderr: string): SudoRefused {
  const { host, connection: login } = connection.target
  const said = stderr.trim().split('\n').at(-1) ?? ''
  return new SudoRefused(
    host,
    login.become
      ? `sudo does not let ${login.user} in without a password (${said}); ` +
          'give it a NOPASSWD rule or log in as root'
      : `the login shell of ${login.user} does not start bash: ${said}`,
  )
}
