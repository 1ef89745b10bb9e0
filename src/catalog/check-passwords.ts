import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { services } from './index.js'
import { consumers, databaseUrl } from './password-consumers.js'
import { requiredPasswords } from './render.js'

/** Fewer letters are guessed at once, and can't be told from any other text that is to be shown without secrets. */
const SHORTEST = 4

/**
 * Passwords that would come out of the files that they are written into as something else, or as more than one value. All
 * that the enabled services need are looked at; messages name keys, never values.
 */
export function checkPasswords(cloud: Cloud): Finding[] {
  const ofDatabases = services.flatMap(({ databases }) => databases?.(cloud) ?? [])
  const inUrls = new Set(ofDatabases.map(({ password }) => password))
  return requiredPasswords(cloud).flatMap((key) => {
    const value = cloud.passwords[key]
    if (value === undefined) return []
    const texts =
      typeof value === 'string' ? { [key]: value } : lines(key, value.private_key, value.public_key)
    const broken = Object.entries(texts).filter(([, text]) => /\p{Cc}/u.test(text))
    if (broken.length > 0) {
      const [name] = broken[0] ?? [key]
      return [
        error(
          `'${name}' must be one line without control characters: it is written into lines of files`,
        ),
      ]
    }
    if (typeof value !== 'string') return []
    const { unfit, why } = consumers[key] ?? (inUrls.has(key) ? databaseUrl : undefined) ?? {}
    if (unfit?.test(value) === true) return [error(`${key} ${why ?? ''}`)]
    return value.length < SHORTEST
      ? [
          {
            severity: 'warning',
            file: 'passwords.yml',
            message: `${key} has fewer than ${SHORTEST} letters: run \`kolla-temporal genpwd\` for a good one, once it is empty`,
          } as const,
        ]
      : []
  })
}

/** The line of a public key, and those of a private one. */
function lines(key: string, privateKey: string, publicKey: string): Record<string, string> {
  return {
    [`${key}.private_key`]: privateKey.replaceAll('\r', '').replaceAll('\n', ''),
    [`${key}.public_key`]: publicKey.trim(),
  }
}

const error = (message: string): Finding => ({ severity: 'error', file: 'passwords.yml', message })
