import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StepTimes } from '../plan/step-times.js'
import { writePrivateFile } from './private-file.js'
import { segment } from './segment.js'

/** Operation → how long each of its parts took the last time. One file beside the cloud's release records. */
type Remembered = Readonly<Record<string, StepTimes>>

/** Times of one cloud's upgrades and rollbacks. Nothing depends on them: a file that can't be read is an empty one. */
export class RememberedTimes {
  readonly #file: string

  constructor(stateDirectory: string, cloud: string) {
    this.#file = join(stateDirectory, 'clouds', segment(cloud), 'times.json')
  }

  async of(operation: string): Promise<StepTimes> {
    return (await this.#read())[operation] ?? {}
  }

  /** The last times take the place of older ones; parts that were not done keep theirs. */
  async remember(operation: string, times: StepTimes): Promise<void> {
    const known = await this.#read()
    const merged = { ...known, [operation]: { ...known[operation], ...times } }
    await writePrivateFile(this.#file, JSON.stringify(merged, null, 2))
  }

  async #read(): Promise<Remembered> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8')) as Remembered
    } catch {
      return {}
    }
  }
}
