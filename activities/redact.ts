import type { Passwords } from '../src/model/passwords.js'
import type { Redact } from './failures.js'

/** Shorter values, such as an empty or one-letter password, would hide half of every text. */
const SHORTEST = 4

/** Secrets of the clouds that this worker has opened: whatever it tells Temporal or its log goes through `redact`. */
export class Secrets {
  readonly #values = new Set<string>()

  add(passwords: Passwords): void {
    for (const value of Object.values(passwords)) {
      const secret = typeof value === 'string' ? value : value.private_key.trim()
      if (secret.length < SHORTEST) continue
      this.#values.add(secret)
      this.#values.add(JSON.stringify(secret).slice(1, -1))
    }
  }

  readonly redact: Redact = (text) => {
    let clean = text
    for (const secret of this.#values) clean = clean.replaceAll(secret, '***')
    return clean
  }
}
