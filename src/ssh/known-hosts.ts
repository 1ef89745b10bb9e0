import { createHash, timingSafeEqual } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A host's public key as OpenSSH writes it: `ssh-ed25519` and the key in SSH's wire format. */
export interface HostKey {
  readonly type: string
  readonly blob: Buffer
}

/** The type is the first string of the wire format. */
export function hostKey(blob: Buffer): HostKey {
  return { type: blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1'), blob }
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function fingerprint(key: HostKey): string {
  return `SHA256:${createHash('sha256').update(key.blob).digest('base64').replace(/=+$/, '')}`
}

export function sameKey(a: HostKey, b: HostKey): boolean {
  return a.blob.length === b.blob.length && timingSafeEqual(a.blob, b.blob)
}

/** How known_hosts names a host: the bare address on port 22, `[address]:port` elsewhere. */
export function hostPattern(address: string, port: number): string {
  return port === 22 ? address : `[${address}]:${port}`
}

/**
 * The keys that a known_hosts text records for a host. Hashed names and lines with a marker
 * (`@cert-authority`, `@revoked`) are passed over.
 */
export function recordedKeys(text: string, address: string, port: number): HostKey[] {
  const pattern = hostPattern(address, port)
  return text
    .split('\n')
    .filter((line) => namesOf(line).includes(pattern))
    .flatMap((line) => {
      const [, type, blob] = line.trim().split(/\s+/)
      return type && blob ? [{ type, blob: Buffer.from(blob, 'base64') }] : []
    })
}

function namesOf(line: string): string[] {
  const [names = ''] = line.trim().split(/\s+/)
  return names.startsWith('#') || names.startsWith('@') ? [] : names.split(',')
}

/** Empty when there is no such file yet. */
export async function readKnownHosts(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** Records a host's key in place of any that the file holds for it. */
export async function recordHostKey(
  file: string,
  address: string,
  port: number,
  key: HostKey,
): Promise<void> {
  const pattern = hostPattern(address, port)
  const kept = (await readKnownHosts(file))
    .split('\n')
    .map((line) => withoutName(line, pattern))
    .filter((line) => line !== '')
  const text = [...kept, `${pattern} ${key.type} ${key.blob.toString('base64')}`, ''].join('\n')
  await mkdir(dirname(file), { recursive: true })
  const staged = `${file}.${process.pid}.new`
  await writeFile(staged, text, { mode: 0o600 })
  await rename(staged, file)
}

function withoutName(line: string, pattern: string): string {
  const names = namesOf(line)
  if (!names.includes(pattern)) return line
  const others = names.filter((name) => name !== pattern)
  return others.length === 0 ? '' : line.replace(/^\s*\S+/, others.join(','))
}
