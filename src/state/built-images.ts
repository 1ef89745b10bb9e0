import { join } from 'node:path'
import { readIfThere, writePrivateFile } from './private-file.js'

/** Reference of an image, `192.168.8.73:5000/kolla/cron:2026.1-debian-trixie` → digest. */
export type Digests = Readonly<Record<string, string>>

/** What `build` has pushed, or has found when it first looked: clouds that share a registry share it, too. */
export class BuiltImages {
  readonly #file: string

  constructor(stateDirectory: string) {
    this.#file = join(stateDirectory, 'built-images.json')
  }

  /** @throws Error where the file is there and can't be read: an image that was exchanged would pass unseen */
  async read(): Promise<Digests> {
    const text = (await readIfThere(this.#file)) ?? '{}'
    try {
      return JSON.parse(text) as Digests
    } catch {
      throw new Error(
        `${this.#file} is broken: put it back from a backup of the state directory; or remove it, and \`build\` keeps what the registry serves now`,
      )
    }
  }

  /** The last digest of a reference takes the place of an older one. */
  async keep(digests: Digests): Promise<void> {
    await writePrivateFile(
      this.#file,
      JSON.stringify({ ...(await this.read()), ...digests }, null, 2),
    )
  }
}
