import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Container } from '../catalog/container.js'
import type { HostFacts, ObservedHost } from '../model/observed-host.js'
import type { CloudFiles } from '../model/cloud.js'
import { readDigestKey } from './digest-key.js'
import { Held } from './held.js'
import { writePrivateFile } from './private-file.js'
import { segment } from './segment.js'

/** Snapshots of one kind that are kept of one cloud, whatever their age … */
const KEPT = 50

/** … and for so long, in milliseconds, all of them: a run that only looks has ended by then. */
const YOUNG = 24 * 60 * 60 * 1000

/** What was found when an operation began, and rendering depends on. */
export interface Found {
  readonly hosts: readonly HostFacts[]
  /** Image reference → digest that the registry served: every host gets the same. */
  readonly images: Readonly<Record<string, string>>
  /** Host → what it must run, where a release record says so and not the operator's files. Holds secrets. */
  readonly containers?: Readonly<Record<string, readonly Container[]>>
}

/** Digests of what a run works from. */
export interface HeldSnapshots {
  readonly files?: string
  readonly found?: string
  readonly observed?: readonly { readonly host: string; readonly digest: string }[]
}

const observedOf = (host: string) => join('observed', segment(host))
const nameOf = (kind: string, digest: string) => join(kind, `${segment(digest)}.json`)

/**
 * What an operation works from: the operator's files as they were when it began and what was found on the hosts.
 * It lies beside the worker with mode 0600 and goes by its digest, so that no payload holds a secret.
 */
export class Snapshots {
  readonly #folder: string
  readonly #held: Held

  constructor(stateDirectory: string, cloud: string) {
    this.#folder = join(stateDirectory, 'clouds', segment(cloud))
    this.#held = new Held(this.#folder)
  }

  /**
   * Keeps what the run that holds the cloud works from until another one does: it may wait for a person for weeks.
   * `lock` names its lock.
   */
  async hold(lock: string, { files, found, observed = [] }: HeldSnapshots): Promise<void> {
    await this.#held.add(lock, [
      ...(files === undefined ? [] : [nameOf('files', files)]),
      ...(found === undefined ? [] : [nameOf('found', found)]),
      ...observed.map(({ host, digest }) => nameOf(observedOf(host), digest)),
    ])
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

  /** See `readDigestKey`. */
  async digestKey(): Promise<string> {
    return readDigestKey(this.#folder)
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
    return join(this.#folder, nameOf(kind, digest))
  }

  async #prune(kind: string): Promise<void> {
    const names = await readdir(join(this.#folder, kind))
    if (names.length <= KEPT) return
    const files = await Promise.all(names.map((name) => used(join(this.#folder, kind, name))))
    const held = await this.#held.names()
    const old = files
      .flat()
      .sort((a, b) => b.usedAt - a.usedAt)
      .slice(KEPT)
      .filter(({ path, usedAt }) => {
        return usedAt < Date.now() - YOUNG && !held.has(relative(this.#folder, path))
      })
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
