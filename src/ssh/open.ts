import { Duplex } from 'node:stream'
import type { SshConnection } from './connection.js'
import { lost } from './connect.js'
import { RemoteError } from './errors.js'
import type { OpenOptions } from './remote.js'
import { titleOf } from './run.js'

/** A program's standard input and output as one stream; its standard error explains a bad end. */
export async function open(
  connection: SshConnection,
  script: string,
  options: OpenOptions,
): Promise<Duplex> {
  const title = titleOf(script, options)
  const { host } = connection.target
  const { channel } = await connection.exec(script, { ...options, title })
  let stderr = ''
  channel.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (stderr = (stderr + text).slice(-4096)))

  const duplex = new Duplex({
    read: () => channel.resume(),
    write: (chunk, _encoding, done) => void channel.write(chunk as Buffer, done),
    final: (done) => void channel.end(done),
    destroy: (error, done) => {
      channel.destroy()
      done(error)
    },
  })
  channel.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) channel.pause()
  })
  channel.once('end', () => duplex.push(null))
  channel.on('error', (error: Error) => duplex.destroy(error))
  channel.once('close', (code?: number | null) => {
    if (code === undefined) duplex.destroy(duplex.readableEnded ? undefined : lost(host, title))
    else if (code !== 0)
      duplex.destroy(new RemoteError(host, title, code ?? 1, stderr.trim().split('\n')))
  })
  return duplex
}
