import type { Login } from '../model/cloud.js'
import { HostUnreachable } from './errors.js'

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections; is sshd running there?',
  EHOSTUNREACH: 'cannot be reached: no route to host',
  ENETUNREACH: 'cannot be reached: no route to its network',
  ETIMEDOUT: 'does not answer',
  ENOTFOUND: 'is a name that nobody knows',
  EAI_AGAIN: 'cannot be looked up: the name server does not answer',
}

/** One sentence for whatever ended an SSH connection before it was ready. */
export function unreachable(
  host: string,
  { address, port }: Login,
  cause?: Error & { readonly code?: string; readonly level?: string },
): HostUnreachable {
  const reason =
    cause === undefined
      ? 'closed the connection before the login'
      : cause.level === 'client-timeout'
        ? 'does not answer'
        : (reasons[cause.code ?? ''] ?? `broke the connection: ${cause.message}`)
  return new HostUnreachable(host, `${address} port ${port} ${reason}`, { cause })
}
