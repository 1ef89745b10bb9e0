import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { summaryOf } from '../plan/release-record.js'
import type { ReleaseRecord, ReleaseSummary } from '../plan/release-record.js'
import { namesIn, writePrivateFile } from './private-file.js'
import { segment } from './segment.js'

/** Release records of one cloud: one file each beside its snapshots, readable by their owner alone. */
export class ReleaseRecords {
  readonly #folder: string

  constructor(stateDirectory: string, cloud: string) {
    this.#folder = join(stateDirectory, 'clouds', segment(cloud), 'releases')
  }

  async save(record: ReleaseRecord): Promise<void> {
    await writePrivateFile(this.#file(record.id), JSON.stringify(record))
  }

  /** Undefined where there is none of that id. */
  async read(id: string): Promise<ReleaseRecord | undefined> {
    const known = (await this.#ids()).includes(id)
    return known ? (JSON.parse(await readFile(this.#file(id), 'utf8')) as ReleaseRecord) : undefined
  }

  /** Latest first. */
  async list(): Promise<ReleaseSummary[]> {
    const ids = await this.#ids()
    const records = await Promise.all(ids.map((id) => this.read(id)))
    return records
      .flatMap((record) => (record ? [summaryOf(record)] : []))
      .sort((a, b) => (a.at < b.at ? 1 : -1))
  }

  async remove(id: string): Promise<void> {
    await rm(this.#file(id), { force: true })
  }

  async #ids(): Promise<string[]> {
    const names = await namesIn(this.#folder)
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
  }

  #file(id: string): string {
    return join(this.#folder, `${segment(id)}.json`)
  }
}
