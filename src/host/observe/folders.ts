import { configurationDigest } from '../../plan/digest.js'
import type { FileState } from '../../plan/digest.js'

/**
 * Container → digest of its folder, from lines of `type mode uid:gid path` and of `sha256  path`. What
 * `writeConfiguration` would not leave there, such as a link or another owner, makes another digest.
 */
export function digestFolders(
  key: string,
  files: readonly string[],
  digests: readonly string[],
): Record<string, string> {
  const contents = new Map(digests.map((line) => [line.slice(66), line.slice(0, 64)]))
  const folders: Record<string, FileState[]> = {}
  for (const line of files) {
    const [, type, mode = '', owner, name = '', path = ''] =
      /^(\S) (\d+) (\S+) ([^/]+)\/?(.*)$/.exec(line) ?? []
    const folder = (folders[name] ??= [])
    if (type === 'd') continue
    const content = contents.get(`${name}/${path}`) ?? 'not a file'
    folder.push({
      path,
      mode: parseInt(mode, 8),
      sha256: owner === '0:0' ? content : `${content} of ${owner ?? 'nobody'}`,
    })
  }
  return Object.fromEntries(
    Object.entries(folders).map(([name, states]) => [name, configurationDigest(key, states)]),
  )
}
