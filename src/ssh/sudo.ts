import type { ClientChannel } from 'ssh2'

/** How long sudo and what stands behind it (PAM, LDAP) may take, in milliseconds. */
const patience = 30_000

/** Texts on standard error by which one knows what happens. */
interface Marks {
  /** sudo's prompt. */
  readonly asks: string
  /** The first line of the script itself. */
  readonly begins: string
}

/** `sudo` does not let a user run a script; the message is its own last words. */
export class NotRoot extends Error {}

/** Neither does a script begin nor sshd or `sudo` say why: something hangs. */
export class NothingBegins extends Error {}

/**
 * Gives sudo the password when it asks, and only then: where a rule lets the user in without, standard input belongs to
 * the script from its first byte on. Resolves when the script has begun; what it says on standard error is left on the
 * channel. @throws NotRoot, NothingBegins
 */
export function answerSudo(channel: ClientChannel, marks: Marks, password: string): Promise<void> {
  const { stderr } = channel
  return new Promise((resolve, reject) => {
    let said = Buffer.alloc(0)
    let asked = 0
    const stop = (end: () => void) => {
      clearTimeout(timer)
      stderr.off('readable', listen)
      stderr.off('end', ended)
      end()
    }
    const listen = () => {
      for (let chunk; (chunk = stderr.read() as Buffer | null) !== null;) {
        said = Buffer.concat([said, chunk])
      }
      const begins = said.indexOf(`${marks.begins}\n`)
      if (begins >= 0) {
        const rest = said.subarray(begins + marks.begins.length + 1)
        stop(() => {
          if (rest.length > 0) stderr.unshift(rest)
          resolve()
        })
        return
      }
      const times = said.toString('latin1').split(marks.asks).length - 1
      if (times === asked) return
      asked = times
      if (asked === 1) channel.write(`${password}\n`)
      else channel.end() // it was the wrong one; a third time would lock an account sooner
    }
    // The channel itself closes only when somebody has read its output, too.
    const ended = () =>
      stop(() => {
        channel.resume()
        reject(new NotRoot(lastWords(said, marks)))
      })
    const timer = setTimeout(
      () =>
        stop(() => {
          channel.resume()
          channel.close()
          const words = lastWords(said, marks)
          reject(
            words === ''
              ? new NothingBegins()
              : new NotRoot(`sudo asks for something else: ${words}`),
          )
        }),
      patience,
    )
    stderr.on('readable', listen)
    channel.on('error', () => undefined) // what matters of it shows in 'close'
    stderr.once('end', ended)
    listen()
  })
}

function lastWords(said: Buffer, { asks }: Marks): string {
  const lines = said
    .toString('utf8')
    .replaceAll(asks, '\n')
    .trim()
    .split(/\s*\n\s*/)
  return lines.at(-1) ?? ''
}
