import { AsyncResource } from 'node:async_hooks'
import { constants } from 'node:os'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientChannel } from 'ssh2'
import { lost } from './connect.js'
import type { SshConnection } from './connection.js'
import { RemoteTimeout, TooMuchOutput } from './errors.js'
import { LineSplitter, Tail } from './lines.js'
import type { RunOptions, RunResult } from './remote.js'

/** Letters of each of the two outputs; a text of JavaScript's has at most 512 Mi. */
export const mostOutput = 64 * 2 ** 20

/** Runs a script on a connection to its end, or to the end of its processes when it is cut short. */
export async function runScript(
  connection: SshConnection,
  script: string,
  options: RunOptions,
): Promise<RunResult> {
  const title = titleOf(script, options)
  const { host } = connection.target
  const { channel, id } = await connection.exec(script, { ...options, title })
  const closed = new Promise<{ code: number | null | undefined; killedBy: string | undefined }>(
    (resolve) =>
      channel.once('close', (code?: number | null, killedBy?: string) =>
        resolve({ code, killedBy }),
      ),
  )
  channel.on('error', () => undefined) // what matters of it shows in 'close'

  // The connection's events belong to whoever opened it; the caller's lines belong to the caller.
  const onOutput = options.onOutput && AsyncResource.bind(options.onOutput)
  const tail = new Tail()
  const stdout = collect(channel)
  const stderr = collect(channel.stderr)

  let cutShort: Error | undefined
  const cut = (reason: Error) => {
    if (!cutShort) connection.guard.end(id, channel)
    cutShort ??= reason
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
  if (cutShort) throw cutShort
  if (code === undefined) throw lost(host, title)
  return {
    code: code ?? 128 + signalNumber(killedBy),
    stdout: await stdout,
    stderr: await stderr,
  }

  async function collect(stream: Readable): Promise<string> {
    const all: string[] = []
    let length = 0
    const lines = new LineSplitter((line) => {
      tail.push(line)
      onOutput?.(line)
    })
    stream.setEncoding('utf8').on('data', (text: string) => {
      length += text.length
      if (length > mostOutput) {
        cut(new TooMuchOutput(host, title, mostOutput))
        return
      }
      all.push(text)
      lines.write(text)
    })
    await Promise.race([
      stream.readableEnded || new Promise<void>((resolve) => stream.once('end', resolve)),
      closed.then(() => sleep(1_000, undefined, { ref: false })),
    ])
    lines.end()
    return all.join('')
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
  return Object.hasOwn(numbers, name) ? (numbers[name] ?? 0) : 0
}
