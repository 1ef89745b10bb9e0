import type { Duplex } from 'node:stream'
import { Client } from 'ssh2'
import type { AnyAuthMethod, ClientErrorExtensions } from 'ssh2'
import type { Login } from '../model/cloud.js'
import { HostKeyChanged, LoginRefused } from './errors.js'
import type { HostError } from './errors.js'
import { fingerprint, hostKey, readKnownHosts, recordedKeys } from './known-hosts.js'
import type { HostKey } from './known-hosts.js'
import { loginMethods } from './login.js'
import { keyAlgorithms, keyObjection } from './trust.js'
import { unreachable } from './unreachable.js'

/** Somebody to log in to, and where its key is on record. */
export interface LoginTarget {
  /** For messages: inventory name, or `jump host bastion`. */
  readonly host: string
  readonly login: Login & { readonly password?: string }
  readonly knownHostsFile: string
}

const readyTimeout = 10_000
/** A host that does not answer three of these is gone: a pulled cable is noticed within 20 s. */
const keepaliveInterval = 5_000

/**
 * Connects and logs in, through `stream` where one leads there already; the key is always verified.
 * @throws HostUnreachable, HostKeyUnknown, HostKeyChanged, LoginRefused
 */
export async function logIn(target: LoginTarget, stream?: Duplex): Promise<Client> {
  const { address, port, user } = target.login
  const recorded = recordedKeys(await readKnownHosts(target.knownHostsFile), address, port)
  const methods = await loginMethods(target.host, target.login)
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
    client.once('close', () => reject(unreachable(target.host, target.login)))
    client.connect({
      ...(stream ? { sock: stream } : { host: address, port }),
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
  { host, login }: LoginTarget,
  recorded: readonly HostKey[],
  methods: readonly AnyAuthMethod[],
  error: Error & ClientErrorExtensions,
): HostError {
  if (error.level === 'client-authentication') {
    const keys = methods.filter(({ type }) => type === 'publickey' || type === 'agent').length
    const tried = [
      ...(login.password === undefined ? [] : ['the password of ansible_password']),
      login.privateKeyFile ?? `${keys} keys of the agent and ~/.ssh`,
    ].join(' and ')
    return new LoginRefused(
      host,
      `${login.address} refuses user ${login.user} with ${tried}; ` +
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
  return unreachable(host, login, error)
}
