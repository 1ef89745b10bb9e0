import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Override, SourceFile } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import { decoded } from './decoded.js'
import type { Vault } from './vault/vault.js'

/** An override is text that people write; images and the like are for services that read them themselves. */
const LARGEST = 1024 * 1024

/** Reads files and folders of the operator's, and decrypts what ansible-vault has encrypted. What can't be read is a finding. */
export class FileReader {
  readonly problems: Finding[] = []

  constructor(private readonly vault: Vault) {}

  /** A file that does not exist has an empty text. */
  async source(path: string): Promise<SourceFile> {
    const bytes = await this.attempt(path, readFile(path))
    const text = bytes === undefined ? '' : decoded(bytes)
    if (text === undefined) this.add('error', path, `${noText}: save it as UTF-8`)
    return this.vault.open({ path, text: text ?? '' })
  }

  async override(folder: string, path: string): Promise<Override> {
    const name = relative(folder, path).split(sep).join('/')
    const { size } = await stat(path)
    if (size > LARGEST) return { path: name, text: '', problem: tooLarge }
    const bytes = await this.attempt(path, readFile(path))
    const text = bytes === undefined ? '' : decoded(bytes)
    if (text === undefined) return { path: name, text: '', problem: noText }
    return { path: name, text: (await this.vault.openWhole({ path, text })).text }
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
    return kind?.isFile() ? [path] : []
  }

  private async attempt<Result>(
    path: string,
    reading: Promise<Result>,
  ): Promise<Result | undefined> {
    return reading.catch((error: unknown) => {
      const code = codeOf(error)
      if (code === '') throw error
      if (code === 'EISDIR') this.add('error', path, 'this is a directory: name a file')
      else if (code !== 'ENOENT') this.add('error', path, `this can't be read (${code})`)
      return undefined
    })
  }

  private add(severity: Finding['severity'], file: string, message: string): void {
    this.problems.push({ severity, message, file })
  }
}

const noText = 'this is no text in UTF-8'
const tooLarge = `this is larger than ${LARGEST / 1024} KiB, as no override is`

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}
