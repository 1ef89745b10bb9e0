import { PassThrough } from 'node:stream'
import { LineSplitter } from '../ssh/lines.js'
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
  { api }: Engine,
  stream: NodeJS.ReadableStream,
): Promise<{ stdout: string; stderr: string }> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  api.modem.demuxStream(stream, stdout, stderr)
  const collect = async (part: PassThrough) =>
    Buffer.concat((await part.toArray()) as Buffer[]).toString('utf8')
  const both = Promise.all([collect(stdout), collect(stderr)])
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
