import type { Connection } from '../model/cloud.js'
import { Client } from 'ssh2'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { unreachable } from './unreachable.js'
import { HostKeyChanged, HostKeyUnknown } from './errors.js'
import type { HostError } from './errors.js'
import {
  fingerprint,
  hostKey,
  readKnownHosts,
  recordedKeys,
  recordHostKey,
  sameKey,
} from './known-hosts.js'
import type { HostKey } from './known-hosts.js'

/** Asks a host for its key. Nothing is accepted and no login is tried. @throws HostUnreachable */
export function fetchHostKey(host: string, connection: Connection): Promise<HostKey> {
  return new Promise((resolve, reject) => {
    const client = new Client()
    client.once('error', (error) => reject(unreachable(host, connection, error)))
    client.once('close', () => reject(unreachable(host, connection)))
    client.connect({
      host: connection.address,
      port: connection.port,
      username: connection.user,
      readyTimeout: 10_000,
      hostVerifier: (blob: Buffer) => {
        resolve(hostKey(Buffer.from(blob)))
        return false
      },
    })
  })
}

/** What `trustHost` found: the key was `recorded` now, or was `known` before. */
export interface Trust {
  readonly host: string
  readonly type: string
  readonly fingerprint: string
  readonly outcome: 'known' | 'recorded'
}

/** Records a host's key once. @throws HostKeyChanged when another is on record and `replace` is not set. */
export async function trustHost(
  host: string,
  connection: Connection,
  knownHostsFile: string,
  options: { readonly replace?: boolean } = {},
): Promise<Trust> {
  const { address, port } = connection
  const [key, text] = await Promise.all([
    fetchHostKey(host, connection),
    readKnownHosts(knownHostsFile),
  ])
  const recorded = recordedKeys(text, address, port)
  const shown = { host, type: key.type, fingerprint: fingerprint(key) }
  if (recorded.some((known) => sameKey(known, key))) return { ...shown, outcome: 'known' }
  if (recorded.length > 0 && !options.replace) throw changed(host, recorded, key)
  await recordHostKey(knownHostsFile, address, port, key)
  return { ...shown, outcome: 'recorded' }
}

/** Why a host's key must not be accepted, or undefined if it is the one on record. */
export function keyObjection(
  host: string,
  recorded: readonly HostKey[],
  shown: HostKey,
): HostError | undefined {
  if (recorded.length === 0) return new HostKeyUnknown(host, fingerprint(shown))
  return recorded.some((key) => sameKey(key, shown)) ? undefined : changed(host, recorded, shown)
}

function changed(host: string, recorded: readonly HostKey[], shown: HostKey): HostKeyChanged {
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
