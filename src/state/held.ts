import { join } from 'node:path'
import { readIfThere, writePrivateFile } from './private-file.js'

interface Content {
  readonly lock: string
  readonly names: readonly string[]
}

/** File → the last one who writes it: verbs run side by side, and write one after the other. */
const turns = new Map<string, Promise<void>>()

/** Which snapshots the run works from that holds the cloud. There is one such run, so each one's list takes the last one's place. */
export class Held {
  readonly #file: string

  constructor(folder: string) {
    this.#file = join(folder, 'held.json')
  }

  async names(): Promise<ReadonlySet<string>> {
    return new Set((await this.#read()).names)
  }

  async add(lock: string, names: readonly string[]): Promise<void> {
    const turn = (turns.get(this.#file) ?? Promise.resolve()).then(() => this.#add(lock, names))
    turns.set(
      this.#file,
      turn.catch(() => undefined),
    )
    return turn
  }

  async #add(lock: string, names: readonly string[]): Promise<void> {
    const before = await this.#read()
    const known = before.lock === lock ? before.names : []
    const missing = names.filter((name) => !known.includes(name))
    if (missing.length === 0) return
    await writePrivateFile(this.#file, JSON.stringify({ lock, names: [...known, ...missing] }))
  }

  async #read(): Promise<Content> {
    const text = await readIfThere(this.#file)
    return text === undefined ? { lock: '', names: [] } : (JSON.parse(text) as Content)
  }
}
