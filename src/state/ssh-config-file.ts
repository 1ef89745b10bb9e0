import { dirname, join, resolve } from 'node:path'
import type { SshConfigFile } from '../model/cloud.js'
import { includePatterns, wildcard } from '../model/login/ssh-config.js'
import type { FileReader } from './file-reader.js'

/** As deep as ssh(1) follows `Include`. */
const DEEPEST = 16

/** Reads a user's `config` of ssh(1) with what it includes; undefined where there is none. */
export function readSshConfig(
  reader: FileReader,
  path: string,
): Promise<SshConfigFile | undefined> {
  return read(reader, path, dirname(path), 0)
}

/** What is included lies in the folder of the user's own file, unless its path is absolute. */
async function read(
  reader: FileReader,
  path: string,
  folder: string,
  depth: number,
): Promise<SshConfigFile | undefined> {
  const { text } = await reader.source(path)
  if (text === '') return undefined
  const lines = text.matchAll(/^\s*Include\s*=?\s*(\S.*?)\s*$/gim)
  const patterns = [...lines].flatMap(([, value = '']) => includePatterns(value))
  if (patterns.length === 0 || depth === DEEPEST) return { path, text }
  const included = await Promise.all(
    patterns.map(async (pattern) => {
      const paths = await filesOf(reader, folder, pattern)
      const files = await Promise.all(paths.map((it) => read(reader, it, folder, depth + 1)))
      return [pattern, files.filter((file) => file !== undefined)] as const
    }),
  )
  return { path, text, included: Object.fromEntries(included) }
}

/** `*` and `?` may stand in the last part of a path. */
async function filesOf(reader: FileReader, folder: string, pattern: string): Promise<string[]> {
  const path = resolve(folder, pattern.replace(/^~(?=\/)/, dirname(folder)))
  const last = path.slice(dirname(path).length + 1)
  if (!/[*?]/.test(last)) return [path]
  const names = await reader.names(dirname(path))
  const fits = names.filter((name) => wildcard(last).test(name) && !name.startsWith('.'))
  return fits.map((name) => join(dirname(path), name))
}
