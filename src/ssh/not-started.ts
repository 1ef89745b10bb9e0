import type { SshTarget } from './connect.js'
import { ConnectionLost, SudoRefused } from './errors.js'
import { NothingBegins, NotRoot } from './sudo.js'

/** Why no script can be started, in one sentence. */
export function notStarted({ host, connection }: SshTarget, error: unknown): Error {
  if (error instanceof NothingBegins) {
    return new ConnectionLost(
      host,
      `lets user ${connection.user} log in, but nothing begins then: look for a disk, a home directory or a directory service that hangs there`,
    )
  }
  if (!(error instanceof NotRoot)) return error instanceof Error ? error : new Error(String(error))
  const said = error.message.trim().split('\n').at(-1) ?? ''
  const { user, become, becomePassword } = connection
  if (!become || !/sudo/.test(said)) {
    return new ConnectionLost(host, `no script can be started: ${said || 'the connection broke'}`)
  }
  const wayOut =
    becomePassword === undefined
      ? 'give it a NOPASSWD rule for all commands, set ansible_become_password or log in as root'
      : 'check ansible_become_password, and that sudo lets it run all commands'
  return new SudoRefused(host, `user ${user} cannot become root (${said}); ${wayOut}`)
}
