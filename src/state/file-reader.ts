import { readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Override, SourceFile } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { FileRefused, readRegularFile } from './regular-file.js'
import { decoded } from './decoded.js'
import type { Vault } from './vault/vault.js'

/** All of these are texts that people write; images and the like are for services that read them themselves. */
const LARGEST = 1024 * 1024

/** All of them together; kolla-ansible's own files have a hundredth of it. */
const LARGEST_TOGETHER = 16 * LARGEST
const MOST_FILES = 10_000

/** Reads files and folders of the operator's, and decrypts what ansible-vault has encrypted. What can't be read is a finding. */
export class FileReader {
  readonly problems: Finding[] = []

  /** Bytes of texts so far. */
  private readonly taken = { sources: 0, overrides: 0 }
  private found = 0

  constructor(private readonly vault: Vault) {}

  /** A file that does not exist has an empty text. */
  async source(path: string): Promise<SourceFile> {
    const text = await this.text(path, 'sources')
    if (text instanceof FileRefused) this.add('error', path, text.message)
    return this.vault.open({ path, text: text instanceof FileRefused ? '' : text })
  }

  async override(folder: string, path: string): Promise<Override> {
    const name = relative(folder, path).split(sep).join('/')
    const text = await this.text(path, 'overrides')
    if (text instanceof FileRefused) return { path: name, text: '', problem: text.message }
    return { path: name, text: (await this.vault.openWhole({ path, text })).text }
  }

  private async text(path: string, kind: keyof FileReader['taken']): Promise<string | FileRefused> {
    try {
      const bytes = await this.attempt(path, readRegularFile(path, LARGEST))
      if (bytes === undefined) return ''
      const text = decoded(bytes)
      if (text === undefined) return new FileRefused('this is no text in UTF-8')
      this.taken[kind] += bytes.length
      return this.taken[kind] > LARGEST_TOGETHER ? new FileRefused(tooMuch) : text
    } catch (error) {
      if (error instanceof FileRefused) return error
      throw error
    }
  }

  /** All files below a folder by name, without hidden ones; folders that are links to others are gone through, too. */
  async below(folder: string, outer: readonly string[] = []): Promise<string[]> {
    const real = await this.attempt(folder, realpath(folder))
    if (real === undefined) return []
    if (outer.includes(real)) {
      this.add('warning', folder, 'this links to a folder that it is in: remove it')
      return []
    }
    const names = (await this.attempt(folder, readdir(folder))) ?? []
    const found = await Promise.all(
      names
        .filter((name) => !name.startsWith('.'))
        .map((name) => this.entry(join(folder, name), [...outer, real])),
    )
    return found.flat().sort()
  }

  /** The files directly in a folder by name. */
  async names(folder: string): Promise<string[]> {
    const entries = await this.attempt(folder, readdir(folder, { withFileTypes: true }))
    const files = (entries ?? []).filter((entry) => !entry.isDirectory())
    return files.map(({ name }) => name).sort()
  }

  private async entry(path: string, outer: readonly string[]): Promise<string[]> {
    const kind = await stat(path).catch((error: unknown) => {
      if (!['ENOENT', 'ELOOP'].includes(codeOf(error))) throw error
      this.add('warning', path, 'this links to nothing: remove it, or mend the link')
    })
    if (kind?.isDirectory()) return this.below(path, outer)
    if (kind?.isFile() !== true) return []
    this.found++
    if (this.found === MOST_FILES) {
      this.add('error', path, `with this, more than ${MOST_FILES} files lie here: remove some`)
    }
    return this.found < MOST_FILES ? [path] : []
  }

  private async attempt<Result>(
    path: string,
    reading: Promise<Result>,
  ): Promise<Result | undefined> {
    return reading.catch((error: unknown) => {
      const code = codeOf(error)
      if (code === '') throw error
      if (code !== 'ENOENT') this.add('error', path, `this can't be read (${code})`)
      return undefined
    })
  }

  private add(severity: Finding['severity'], file: string, message: string): void {
    this.problems.push({ severity, message, file })
  }
}

const tooMuch = `with this, all files come to more than ${LARGEST_TOGETHER / 2 ** 20} MiB`

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}
