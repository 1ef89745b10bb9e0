import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readOrCreate } from './private-file.js'

/**
 * The key of a cloud's configuration digests: made once, never leaves its folder.
 *
 * @throws an Error where the file holds no key: with an empty one everybody could try passwords against the labels
 */
export async function readDigestKey(folder: string): Promise<string> {
  const file = join(folder, 'digest.key')
  const text = await readOrCreate(file, () => randomBytes(32).toString('hex'))
  const key = text.trim()
  if (/^[0-9a-f]{64}$/.test(key)) return key
  throw new Error(
    `${file} holds no key (64 hexadecimal digits): put it back from a backup of the state directory, or remove it, and the next deploy restarts all containers, service by service`,
  )
}
