import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** A text that ansible-vault has encrypted, taken apart. */
export interface VaultText {
  /** The vault id that it was encrypted with; format 1.1 names none. */
  readonly label?: string
  readonly salt: Buffer
  readonly hmac: Buffer
  readonly ciphertext: Buffer
}

const derive = promisify(pbkdf2)

export function isVaultText(text: string): boolean {
  return text.startsWith('$ANSIBLE_VAULT')
}

/**
 * Reads ansible-vault's formats 1.1 and 1.2: a header `$ANSIBLE_VAULT;1.2;AES256;label`, then hexadecimal digits in
 * lines, whose bytes are three lines of hexadecimal digits again. A string tells what is wrong.
 */
export function parseVaultText(text: string): VaultText | string {
  const [header = '', ...lines] = text.trim().split(/\s*\n\s*/)
  const [, version = '', cipher = '', label] = header.split(';').map((part) => part.trim())
  if (!['1.1', '1.2'].includes(version) || cipher !== 'AES256') {
    return 'is in a format of ansible-vault other than 1.1 and 1.2 with AES256: encrypt it anew by `ansible-vault rekey`'
  }
  const parts = bytes(lines.join(''))?.toString('latin1').split('\n').map(bytes)
  const [salt, hmac, ciphertext] = parts ?? []
  if (parts?.length !== 3 || !salt || !hmac || !ciphertext) {
    return 'was encrypted by ansible-vault and is damaged since: copy it anew, every line of it'
  }
  return { ...(label && { label }), salt, hmac, ciphertext }
}

/** The bytes that were encrypted; undefined where this is not the password. */
export async function decryptVaultText(
  { salt, hmac, ciphertext }: VaultText,
  password: Buffer,
): Promise<Buffer | undefined> {
  const derived = await derive(password, salt, 10_000, 80, 'sha256')
  const [cipherKey, hmacKey, counter] = [
    derived.subarray(0, 32),
    derived.subarray(32, 64),
    derived.subarray(64),
  ]
  const own = createHmac('sha256', hmacKey).update(ciphertext).digest()
  if (own.length !== hmac.length || !timingSafeEqual(own, hmac)) return undefined
  const decipher = createDecipheriv('aes-256-ctr', cipherKey, counter)
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()])
  // PKCS #7: the last byte says how many are no part of the text.
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0))
}

function bytes(hexadecimal: string): Buffer | undefined {
  return /^([0-9a-f]{2})*$/i.test(hexadecimal) ? Buffer.from(hexadecimal, 'hex') : undefined
}
