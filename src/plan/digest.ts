import { createHash, createHmac } from 'node:crypto'
import type { ConfigFile, Container } from '../catalog/container.js'

/** A file as it lies on a host, by what `stat` and `sha256sum` print. */
export interface FileState {
  /** Relative to `/etc/kolla/<container>/`. */
  readonly path: string
  /** Permission bits, such as 0o600. */
  readonly mode: number
  /** Hexadecimal. Not to be kept: a short secret could be guessed from it. */
  readonly sha256: string
}

export function fileState({ path, mode, content }: ConfigFile): FileState {
  return { path, mode, sha256: createHash('sha256').update(content).digest('hex') }
}

/**
 * Digest of a container's folder below `/etc/kolla`, the same from rendered files (`fileState`) and from those on a
 * host. Keyed: whoever sees it, but not the key, cannot try out passwords. The order of the files does not matter.
 */
export function configurationDigest(key: string, files: readonly FileState[]): string {
  const lines = files.map((file) => `${file.mode.toString(8)} ${file.sha256} ${file.path}\n`).sort()
  return keyedDigest(key, lines.join(''))
}

/** Digest of a text that may hold secrets: what a bootstrap or a one-shot takes. Keyed, as that of a configuration. */
export function keyedDigest(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

/** Digest of all that only a new container can change, and that is neither its image nor its files. */
export function definitionDigest(container: Container): string {
  const others = {
    accounts: undefined,
    peerPassword: undefined,
    standby: undefined,
  }
  const definition = { ...container, name: '', service: '', image: '', files: [], ...others }
  return createHash('sha256').update(canonical(definition)).digest('hex')
}

/** Names a plan: whoever approves it approves this one and no other. */
export function planDigest(plan: unknown): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 12)
}

/** JSON whose objects have sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}
