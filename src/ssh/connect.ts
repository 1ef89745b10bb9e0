import { Client } from 'ssh2'
import type { AnyAuthMethod, ClientErrorExtensions } from 'ssh2'
import type { Connection } from '../model/cloud.js'
import { ConnectionLost, HostKeyChanged, LoginRefused } from './errors.js'
import type { HostError } from './errors.js'
import { fingerprint, hostKey, readKnownHosts, recordedKeys } from './known-hosts.js'
import type { HostKey } from './known-hosts.js'
import { loginMethods } from './login.js'
import { keyAlgorithms, keyObjection } from './trust.js'
import { unreachable } from './unreachable.js'

/** A host to reach, and where its key is on record. */
export interface SshTarget {
  /** Inventory name. */
  readonly host: string
  readonly connection: Connection
  readonly knownHostsFile: string
}

const readyTimeout = 10_000
/** A host that does not answer three of these is gone: a pulled cable is noticed within 20 s. */
const keepaliveInterval = 5_000

/**
 * Connects and logs in; the host's key is always verified.
 * @throws HostUnreachable, HostKeyUnknown, HostKeyChanged, LoginRefused
 */
export async function connect(target: SshTarget): Promise<Client> {
  const { address, port, user } = target.connection
  const recorded = recordedKeys(await readKnownHosts(target.knownHostsFile), address, port)
  const methods = await loginMethods(target.host, target.connection)
  const serverHostKey = keyAlgorithms(recorded)
  let objection: HostError | undefined

  return new Promise((resolve, reject) => {
    const client = new Client()
    client.once('ready', () => {
      client.setNoDelay(true)
      resolve(client)
    })
    // Stays for the client's life: what happens after `ready` shows as 'close' to those who listen.
    client.on('error', (error) => {
      if (error.level !== 'agent') reject(objection ?? refusal(target, recorded, methods, error))
    })
    client.once('close', () => reject(unreachable(target.host, target.connection)))
    client.connect({
      host: address,
      port,
      username: user,
      readyTimeout,
      keepaliveInterval,
      keepaliveCountMax: 3,
      authHandler: [...methods],
      ...(serverHostKey.length > 0 && { algorithms: { serverHostKey } }),
      hostVerifier: (blob: Buffer) => {
        objection = keyObjection(target.host, recorded, hostKey(Buffer.from(blob)))
        return objection === undefined
      },
    })
  })
}

function refusal(
  { host, connection }: SshTarget,
  recorded: readonly HostKey[],
  methods: readonly AnyAuthMethod[],
  error: Error & ClientErrorExtensions,
): HostError {
  if (error.level === 'client-authentication') {
    const tried = connection.privateKeyFile ?? `${methods.length} keys of the agent and ~/.ssh`
    return new LoginRefused(
      host,
      `${connection.address} refuses user ${connection.user} with ${tried}; ` +
        'check ansible_user, ansible_ssh_private_key_file and authorized_keys on the host',
      { cause: error },
    )
  }
  if (error.message.includes('no matching host key format')) {
    return new HostKeyChanged(
      host,
      recorded.map(fingerprint).join(' or '),
      `no key of type ${recorded.map(({ type }) => type).join(' or ')}`,
    )
  }
  return unreachable(host, connection, error)
}

/** What a broken connection means for something that was running on it. */
export function lost(host: string, title: string): ConnectionLost {
  return new ConnectionLost(host, `the connection broke during: ${title}`)
}
