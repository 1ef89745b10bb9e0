import { PassThrough } from 'node:stream'
import type { Readable } from 'node:stream'
import { TooMuchOutput } from '../ssh/errors.js'
import { LineSplitter } from '../ssh/lines.js'
import { mostOutput } from '../ssh/run.js'
import type { Engine } from './engine.js'
import { asking } from './errors.js'

/** A container's last lines, standard output and error as they came. */
export async function logsTail({ host, api }: Engine, name: string, lines = 20): Promise<string[]> {
  const log = await asking(host, `read the log of ${name}`, () =>
    api.getContainer(name).logs({ stdout: true, stderr: true, tail: lines }),
  )
  const found: string[] = []
  const splitter = new LineSplitter((line) => found.push(line))
  for (const frame of frames(log)) splitter.write(frame.text)
  splitter.end()
  return found.slice(-lines)
}

/** Docker's frames: a byte for the stream, three of padding, four of length, then the text. */
export function frames(buffer: Buffer): { stream: 'stdout' | 'stderr'; text: string }[] {
  const found: { stream: 'stdout' | 'stderr'; text: string }[] = []
  for (let at = 0; at + 8 <= buffer.length;) {
    const end = at + 8 + buffer.readUInt32BE(at + 4)
    const stream = buffer[at] === 2 ? 'stderr' : 'stdout'
    found.push({ stream, text: buffer.toString('utf8', at + 8, end) })
    at = end
  }
  return found
}

/** Everything that comes on a stream of Docker's frames until it ends. */
export async function readFrames(
  { host, api }: Engine,
  stream: NodeJS.ReadableStream,
): Promise<{ stdout: string; stderr: string }> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  api.modem.demuxStream(stream, stdout, stderr)
  const collect = async (part: PassThrough) => {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of part as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > mostOutput) break
      chunks.push(chunk)
    }
    if (length <= mostOutput) return Buffer.concat(chunks).toString('utf8')
    const error = new TooMuchOutput(host, 'a command in a container', mostOutput)
    if ('destroy' in stream) (stream as Readable).destroy(error)
    throw error
  }
  const both = Promise.all([collect(stdout), collect(stderr)])
  both.catch(() => undefined) // the stream tells first
  await new Promise<void>((resolve, reject) => {
    stream.once('end', resolve)
    stream.once('close', resolve)
    stream.once('error', reject)
  })
  stdout.end()
  stderr.end()
  const [out, err] = await both
  return { stdout: out, stderr: err }
}
