import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Container } from '../catalog/container.js'
import type { HostFacts, ObservedHost } from '../model/observed-host.js'
import type { CloudFiles } from '../model/cloud.js'
import { readOrCreate, writePrivateFile } from './private-file.js'
import { segment } from './segment.js'

/** Snapshots of one kind that are kept of one cloud; a run that is older has ended long ago. */
const KEPT = 50

/** What was found when an operation began, and rendering depends on. */
export interface Found {
  readonly hosts: readonly HostFacts[]
  /** Image reference → digest that the registry served: every host gets the same. */
  readonly images: Readonly<Record<string, string>>
  /** Host → what it must run, where a release record says so and not the operator's files. Holds secrets. */
  readonly containers?: Readonly<Record<string, readonly Container[]>>
}

const observedOf = (host: string) => join('observed', segment(host))

/**
 * What an operation works from: the operator's files as they were when it began and what was found on the hosts.
 * It lies beside the worker with mode 0600 and goes by its digest, so that no payload holds a secret.
 */
export class Snapshots {
  readonly #folder: string

  constructor(stateDirectory: string, cloud: string) {
    this.#folder = join(stateDirectory, 'clouds', segment(cloud))
  }

  /** Keeps the files and returns their digest. */
  async keepFiles(files: CloudFiles): Promise<string> {
    return this.#keep('files', files)
  }

  async files(digest: string): Promise<CloudFiles> {
    return (await this.#read('files', digest)) as CloudFiles
  }

  /** Keeps what was found and returns its digest. */
  async keepFound(found: Found): Promise<string> {
    return this.#keep('found', found)
  }

  async found(digest: string): Promise<Found> {
    return (await this.#read('found', digest)) as Found
  }

  /** Keeps a host as it was observed and returns the digest of that. */
  async keepObserved(host: ObservedHost): Promise<string> {
    return this.#keep(observedOf(host.facts.name), host)
  }

  async observed(host: string, digest: string): Promise<ObservedHost> {
    return (await this.#read(observedOf(host), digest)) as ObservedHost
  }

  /** The key of this cloud's configuration digests: made once, never leaves this folder. */
  async digestKey(): Promise<string> {
    return readOrCreate(join(this.#folder, 'digest.key'), () => randomBytes(32).toString('hex'))
  }

  async #keep(kind: string, content: unknown): Promise<string> {
    const text = JSON.stringify(content)
    const digest = await this.#digest(text)
    const file = this.#file(kind, digest)
    const now = new Date()
    await utimes(file, now, now).catch(() => writePrivateFile(file, text))
    await this.#prune(kind)
    return digest
  }

  /** Keyed, because the text holds passwords and the digest goes into payloads. */
  async #digest(text: string): Promise<string> {
    const hash = createHash('sha256').update(await this.digestKey())
    return hash.update(text).digest('hex').slice(0, 32)
  }

  async #read(kind: string, digest: string): Promise<unknown> {
    return JSON.parse(await readFile(this.#file(kind, digest), 'utf8'))
  }

  #file(kind: string, digest: string): string {
    return join(this.#folder, kind, `${segment(digest)}.json`)
  }

  async #prune(kind: string): Promise<void> {
    const names = await readdir(join(this.#folder, kind))
    if (names.length <= KEPT) return
    const files = await Promise.all(names.map((name) => used(join(this.#folder, kind, name))))
    const old = files
      .flat()
      .sort((a, b) => b.usedAt - a.usedAt)
      .slice(KEPT)
    await Promise.all(old.map(({ path }) => rm(path, { force: true })))
  }
}

/** Nothing where another run beside this one has just given the file its name, or removed it. */
async function used(path: string): Promise<{ path: string; usedAt: number }[]> {
  try {
    return [{ path, usedAt: (await stat(path)).mtimeMs }]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
