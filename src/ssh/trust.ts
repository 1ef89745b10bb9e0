import type { Duplex } from 'node:stream'
import type { Login } from '../model/cloud.js'
import { Client } from 'ssh2'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { unreachable } from './unreachable.js'
import { HostKeyChanged, HostKeyUnknown } from './errors.js'
import type { HostError } from './errors.js'
import { fingerprint, hostKey, recordedKeys, sameKey } from './known-hosts.js'
import type { HostKey } from './known-hosts.js'

/** What ssh2 asks for by itself, in its order. */
const allAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

/**
 * Asks a host for its key, of a recorded type if it has one, through `stream` where one leads there. No login is tried
 * there.
 *
 * @throws HostUnreachable
 */
function fetchHostKey(
  host: string,
  login: Login,
  recorded: readonly HostKey[],
  stream?: Duplex,
): Promise<HostKey> {
  const wanted = keyAlgorithms(recorded)
  const others = allAlgorithms.filter((algorithm) => !wanted.includes(algorithm))
  const known = allAlgorithms.filter((algorithm) => wanted.includes(algorithm))
  return new Promise((resolve, reject) => {
    const client = new Client()
    // A host may break the connection after the one error that the refusal of its key is.
    client.on('error', (error) => reject(unreachable(host, login, error)))
    client.once('close', () => reject(unreachable(host, login)))
    client.connect({
      ...(stream ? { sock: stream } : { host: login.address, port: login.port }),
      username: login.user,
      readyTimeout: 10_000,
      algorithms: { serverHostKey: [...known, ...others] },
      hostVerifier: (blob: Buffer) => {
        resolve(hostKey(Buffer.from(blob)))
        return false
      },
    })
  })
}

/** The key that a host shows, beside what is on record for it. */
export interface ShownKey {
  readonly host: string
  readonly login: Login
  readonly key: HostKey
  readonly recorded: readonly HostKey[]
  readonly state: 'known' | 'new' | 'changed'
}

/** Compares a host's key with a text of known hosts. Records nothing. @throws HostUnreachable */
export async function examineHostKey(
  host: string,
  login: Login,
  knownHosts: string,
  stream?: Duplex,
): Promise<ShownKey> {
  const recorded = recordedKeys(knownHosts, login.address, login.port)
  const key = await fetchHostKey(host, login, recorded, stream)
  const isKnown = recorded.some((known) => sameKey(known, key))
  const state = isKnown ? 'known' : recorded.length > 0 ? 'changed' : 'new'
  return { host, login, key, recorded, state }
}

/** Why a host's key must not be accepted, or undefined if it is the one on record. */
export function keyObjection(
  host: string,
  recorded: readonly HostKey[],
  shown: HostKey,
): HostError | undefined {
  if (recorded.length === 0) return new HostKeyUnknown(host, fingerprint(shown))
  return recorded.some((key) => sameKey(key, shown))
    ? undefined
    : hostKeyChanged(host, recorded, shown)
}

/** The sentence about a key that is not the one on record. */
export function hostKeyChanged(
  host: string,
  recorded: readonly HostKey[],
  shown: HostKey,
): HostKeyChanged {
  return new HostKeyChanged(host, recorded.map(fingerprint).join(' or '), fingerprint(shown))
}

/** The algorithms that make a host show a key of a recorded type; all of ssh2's when none is recorded. */
export function keyAlgorithms(recorded: readonly HostKey[]): ServerHostKeyAlgorithm[] {
  return [...new Set(recorded.map(({ type }) => type))].flatMap((type) =>
    type === 'ssh-rsa'
      ? (['rsa-sha2-512', 'rsa-sha2-256'] as const)
      : [type as ServerHostKeyAlgorithm],
  )
}
