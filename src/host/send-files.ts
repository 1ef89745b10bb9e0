import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

export interface SentFile {
  /** Absolute path on the host. */
  readonly path: string
  readonly content: string | Buffer
  readonly mode: number
}

/** The files of a local folder as files for a host's folder, with their modes. */
export async function filesBelow(folder: string, target: string): Promise<SentFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name))
  return Promise.all(
    paths.sort().map(async (path) => ({
      path: join(target, relative(folder, path)),
      content: await readFile(path),
      mode: (await stat(path)).mode & 0o777,
    })),
  )
}

/** Puts files on a host in one stream; folders are made as needed. */
export async function sendFiles(
  remote: Remote,
  files: readonly SentFile[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const tar = pack()
  for (const { path, content, mode } of files) {
    tar.entry({ name: path.replace(/^\//, ''), mode, mtime: new Date(0) }, content)
  }
  tar.finalize()
  await remote.runOrFail(sh`tar --extract --numeric-owner --same-permissions --directory /`, {
    ...options,
    title: 'receive files',
    input: await buffer(tar),
  })
}
