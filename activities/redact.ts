import type { Passwords } from '../src/model/passwords.js'
import type { Redact } from './failures.js'

/** Shorter values, such as an empty or one-letter password, would hide half of every text. */
const SHORTEST = 4

/** Of passwords.yml, but no secret: Ceph tells it to whoever asks, and messages are about it. */
const identity = 'ceph_cluster_fsid'

/** Lines of a private key that are shorter are its frame. */
const SHORTEST_KEY_LINE = 40

/** Secrets of the clouds that this worker has opened: whatever it tells Temporal or its log goes through `redact`. */
export class Secrets {
  /** Longest first: one may begin with another. */
  #values: readonly string[] = []

  add(passwords: Passwords): void {
    const secrets = Object.entries(passwords).flatMap(([key, value]) => {
      if (key === identity) return []
      return typeof value === 'string' ? [value] : keyLines(value.private_key)
    })
    const known = new Set([...this.#values, ...secrets.filter((it) => it.length >= SHORTEST)])
    this.#values = [...known].sort((a, b) => b.length - a.length)
  }

  readonly redact: Redact = (text) => {
    let clean = text
    for (const secret of this.#values) clean = clean.replaceAll(secret, '***')
    return clean
  }
}

/** A log shows a key line by line, or with its line breaks escaped: either way each line is hidden. */
function keyLines(key: string): string[] {
  return key.split('\n').filter((line) => line.length >= SHORTEST_KEY_LINE)
}
